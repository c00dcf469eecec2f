from courses.catalogue.models import CourseVersion
from lms.kit.viewsets import ReadOnlyPolicy, ScopedViewSet


class CourseVersionViewSet(ScopedViewSet):
    model = CourseVersion
    policy_class = ReadOnlyPolicy
    icon = "doc-full"
    counted_in = "个"
    list_display = ["title", "number", "level", "layer", "category", "minutes", "published_at"]
    list_filter = ["level", "layer", "category"]
    search_fields = ["title", "summary"]
    inspect_view_fields = [
        "title", "number", "summary", "minutes", "level", "layer", "category", "module", "digest", "published_at",
    ]  # fmt: skip
