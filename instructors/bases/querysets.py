from django.db.models import Q

from lms.kit.querysets import ScopedQuerySet


class RoundQuerySet(ScopedQuerySet):
    """Rounds and checklists are the city's, and every district reads them."""

    unit_lookup = None

    def open_on(self, day):
        return self.filter(opens_on__lte=day, closes_on__gte=day)


class ChecklistQuerySet(ScopedQuerySet):
    unit_lookup = None

    def in_use(self):
        return self.filter(checked_by__isnull=False).order_by("number").last()


class ReviewQuerySet(ScopedQuerySet):
    def under_way(self):
        return self.exclude(state__in=self.model.ENDED)


class MaterialQuerySet(ScopedQuerySet):
    unit_lookup = "review__unit"

    def without_content(self):
        return self.defer("content")


def home_paths(user) -> list[str]:
    """Paths of the districts a reviewer belongs to: his post's, and those he holds his review for."""
    units = [grant.unit for grant in user.current_grants if grant.role == "BASE_REVIEWER"]
    if officer := getattr(user, "officer", None):
        units.append(officer.unit)
    return sorted({unit.city_level_path for unit in units if not unit.is_whole_city})


def at_home(user, lookup: str) -> Q:
    """Rows of the reviewer's own district: closed to him, whoever assigned him."""
    rows = Q(pk__in=[])
    for path in home_paths(user):
        rows |= Q(**{f"{lookup}__path__startswith": path})
    return rows


class SheetQuerySet(ScopedQuerySet):
    unit_lookup = "review__unit"

    def visible_to(self, user):
        """Whoever oversees sees all sheets, but of an application he scores himself only his own."""
        mine = self.model.objects.filter(reviewer_id=user.pk).values("review")
        return super().visible_to(user).exclude(~Q(reviewer_id=user.pk) & Q(review__in=mine))

    def assigned_to(self, user):
        """A reviewer's own sheets, none of them of his own district."""
        if not user.is_authenticated or not user.has_perm("bases.score_basereview"):
            return self.none()
        return self.filter(reviewer=user).exclude(at_home(user, "review__unit"))

    def submitted(self):
        return self.filter(submitted_at__isnull=False)


class BaseQuerySet(ScopedQuerySet):
    unit_lookup = "venue__unit"

    def named(self):
        """Every base that still bears the name, bookable or not."""
        return self.exclude(state="REMOVED")

    def bookable(self):
        return self.filter(state="ACTIVE")

    def published(self):
        """For everybody: what is on the public list."""
        return self.named().select_related("venue__unit", "course", "naming")


class DecisionQuerySet(ScopedQuerySet):
    """About an application or about a base; both belong to a unit. What is not in force yet only overseers see."""

    def visible_to(self, user):
        if not user.is_authenticated:
            return self.none()
        proposed = self.within(user, "bases.view_scoresheet").values("pk")
        return self.within(user, "bases.view_basedecision").filter(Q(checked_by__isnull=False) | Q(pk__in=proposed))

    def within(self, user, permission: str):
        lookups = ("review__unit", "base__venue__unit")
        return self.filter(user.scope_filter(permission, lookups[0]) | user.scope_filter(permission, lookups[1]))

    def in_force(self):
        return self.filter(checked_by__isnull=False)
