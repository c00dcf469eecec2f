from django.db.models import Count, Q

from lms.kit.querysets import ScopedQuerySet


class CourseProgressQuerySet(ScopedQuerySet):
    unit_lookup = "officer__unit"
    owner_lookup = "officer__user"

    def under_way(self):
        return self.filter(completed_at=None)

    def with_lessons_read(self):
        return self.annotate(lessons_read=Count("readings", filter=Q(readings__finished_at__isnull=False)))
