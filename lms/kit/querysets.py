from django.db.models import QuerySet


class ScopedQuerySet(QuerySet):
    """Rows a user may see: those of units in his scope, and his own.

    `unit_lookup` leads from the row to its OrgUnit ("" for the unit itself, None where rows
    belong to nobody's district); `owner_lookup` leads to the user the row is about.
    """

    unit_lookup: str | None = "unit"
    owner_lookup: str | None = None

    def visible_to(self, user):
        if not user.is_authenticated:
            return self.none()
        permission = f"{self.model._meta.app_label}.view_{self.model._meta.model_name}"
        if self.unit_lookup is None:
            return self.all() if user.has_perm(permission) else self.none()
        rows = user.scope_filter(permission, self.unit_lookup)
        if self.owner_lookup:
            rows |= type(rows)(**{self.owner_lookup: user})
        return self.filter(rows)

    def within(self, user, permission: str):
        """Rows for which one of the user's roles holds a permission: sight alone does not carry the right to act."""
        if self.unit_lookup is None:
            return self.all() if user.has_perm(permission) else self.none()
        return self.filter(user.scope_filter(permission, self.unit_lookup))
