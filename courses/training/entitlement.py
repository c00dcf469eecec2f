"""Classes passed as entitlements to a certificate of completion. Guests have no account, and so no certificate."""

from collections.abc import Iterable
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.db.models import CharField, Count, Exists, OuterRef, Q, Value
from django.db.models.functions import Cast, Concat

from courses.training.models import Enrollment, TrainingClass
from courses.training.services.posting import entries_of
from lms.certificates.entitlement import Entitlement, Group
from lms.certificates.models import Certificate, Kind
from lms.ledger.models import Entry

PREFIX = "training.enrollment"
CLASS = f"{PREFIX}:class-"


class PassedClasses:
    """Somebody who passed a class whose hours were posted."""

    def earned(self, key: str) -> Entitlement:
        enrollment = self._enrollment(key)
        if enrollment is None or enrollment.state != Enrollment.State.PASSED or enrollment.officer is None:
            raise ValidationError("还没有在这个班结业。", code="not_earned")
        if enrollment.training_class.state != TrainingClass.State.POSTED:
            raise ValidationError("这个班的学时还没有入账，不能发证。", code="not_earned")
        return Entitlement(enrollment.officer, enrollment.unit, Kind.CLASS, key, self._facts(enrollment))

    def holder(self, key: str) -> str:
        enrollment = self._enrollment(key)
        return f"{enrollment.name}（{enrollment.training_class}）" if enrollment else key

    def groups(self, user, permission: str) -> list[Group]:
        rows = self._earned(user, permission).order_by().values("training_class", "training_class__title")
        counts = rows.annotate(earned=Count("pk"), certified=Count("pk", filter=Q(is_certified=True)))
        return [
            Group(f"{CLASS}{row['training_class']}", row["training_class__title"], row["earned"], row["certified"])
            for row in counts.order_by("training_class__title", "training_class")
        ]

    def members(self, group: str, user, permission: str) -> Iterable[str]:
        rows = self._earned(user, permission).filter(training_class=group.removeprefix(CLASS), is_certified=False)
        return rows.order_by("unit__path", "officer__staff_no").values_list("key", flat=True)

    def _earned(self, user, permission: str):
        """Of the office that held the class."""
        rows = Enrollment.objects.filter(user.scope_filter(permission, "training_class__unit")).filter(
            state=Enrollment.State.PASSED, officer__isnull=False, training_class__state=TrainingClass.State.POSTED,
            training_class__form=TrainingClass.Form.CLASS,
        )  # fmt: skip
        key = Concat(Value(f"{PREFIX}:"), Cast("pk", CharField()))
        standing = Certificate.objects.exclude(state="SUPERSEDED").filter(entitlement=OuterRef("key"))
        return rows.annotate(key=key).annotate(is_certified=Exists(standing))

    def _enrollment(self, key: str) -> Enrollment | None:
        pk = key.removeprefix(f"{PREFIX}:")
        if not pk.isdecimal() or len(pk) > 18:
            return None
        joined = ("officer__unit", "officer__user", "guest", "unit", "training_class")
        return Enrollment.objects.select_related(*joined).filter(pk=pk).first()

    def _facts(self, enrollment: Enrollment) -> dict[str, str]:
        row = enrollment.training_class
        learnt = entries_of(row.sessions.values_list("pk", flat=True))
        assessed = Entry.objects.filter(evidence=f"{enrollment.evidence_key}:assessment")
        entries = (learnt | assessed).standing().filter(officer=enrollment.officer)
        return {
            "unit": enrollment.unit.name, "title": row.title,
            "hours": f"{sum((entry.hours for entry in entries), Decimal(0)):.2f}",
            "credits": f"{sum((entry.credits for entry in entries), Decimal(0)):.1f}",
            "began_on": row.starts_on.isoformat(), "completed_on": row.ends_on.isoformat(),
        }  # fmt: skip
