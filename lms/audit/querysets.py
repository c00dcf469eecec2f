from django.db.models import Q, QuerySet


class AuditEventQuerySet(QuerySet):
    def visible_to(self, user):
        """Whole streams for auditors, a unit's own rows for its office, security events for the security admin."""
        if not user.is_authenticated:
            return self.none()
        rows = user.path_filter("audit.view_auditevent", "unit_path")
        if user.has_perm("people.grant_roles"):
            rows |= Q(action__startswith="people.")
        return self.filter(rows)
