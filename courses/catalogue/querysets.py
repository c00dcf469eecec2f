from django.db.models import F, OuterRef, Q, Subquery
from django.utils import timezone
from wagtail.models import PageQuerySet

from lms.kit.querysets import ScopedQuerySet


class ReferenceQuerySet(ScopedQuerySet):
    """What courses rest on belongs to no district."""

    unit_lookup = None


class CourseQuerySet(PageQuerySet):
    def visible_to(self, user):
        return self.all() if user.has_perm("catalogue.view_course") else self.none()

    def stale(self):
        """Courses that cite a version no longer in force: found by query, marked nowhere."""
        return self.filter(sources__superseded_on__lte=timezone.localdate()).distinct()


class CourseVersionQuerySet(ScopedQuerySet):
    """Courses belong to no district."""

    unit_lookup = None

    def current(self):
        """The newest version of every course that is live now."""
        newest = self.model.objects.filter(course=OuterRef("course")).order_by("-number").values("pk")[:1]
        live = self.filter(course__live=True, pk=Subquery(newest)).order_by(F("course__path"))
        return live.annotate(is_flagship=F("course__is_flagship"))

    def related_to(self, course_pk: int):
        """Other current courses of the same topic or enforcement item, each found once without comparing whole rows."""
        courses = self.model.course.get_queryset().order_by()
        by_topic, by_item = courses.filter(topics__courses=course_pk), courses.filter(items__courses=course_pk)
        mine = Q(course__in=by_topic.values("pk")) | Q(course__in=by_item.values("pk"))
        return self.current().filter(mine).exclude(course=course_pk)
