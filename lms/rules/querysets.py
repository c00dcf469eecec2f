from datetime import date

from django.db.models import OuterRef, Prefetch, QuerySet, Subquery

from lms.kit.querysets import ScopedQuerySet


class RegisterQuerySet(ScopedQuerySet):
    """Rules are public to whoever holds a duty: no district owns them."""

    unit_lookup = None


class RuleQuerySet(RegisterQuerySet):
    def with_current(self, day: date) -> QuerySet:
        """Each rule with `current_id`, the version in force on that day."""
        versions = self.model._meta.get_field("versions").related_model.objects
        in_force = versions.approved().filter(rule=OuterRef("pk"), effective_from__lte=day).order_by("-effective_from")
        return self.annotate(current_id=Subquery(in_force.values("pk")[:1]))

    def with_versions_begun(self, day: date) -> QuerySet:
        """Each rule with `begun`: its approved versions begun by that day, the one in force first."""
        versions = self.model._meta.get_field("versions").related_model.objects
        begun = versions.approved().filter(effective_from__lte=day).select_related("rule").order_by("-effective_from")
        return self.prefetch_related(Prefetch("versions", begun, to_attr="begun"))


class RuleVersionQuerySet(RegisterQuerySet):
    def approved(self):
        return self.filter(checked_by__isnull=False)

    def drafts(self):
        return self.filter(checked_by=None)

    def in_force(self, code: str, day: date):
        """The version of a rule that counts on a day: the latest approved one begun by then, or None."""
        return (
            self.approved()
            .filter(rule__code=code, effective_from__lte=day)
            .select_related("rule")
            .order_by("-effective_from")
            .first()
        )

    def in_force_by_code(self, codes, day: date) -> dict:
        """The versions in force on a day of several rules, by code; a rule that has none is missing."""
        versions = (
            self.approved()
            .filter(rule__code__in=codes, effective_from__lte=day)
            .select_related("rule")
            .order_by("rule__code", "-effective_from")
            .distinct("rule__code")
        )
        return {version.rule.code: version for version in versions}
