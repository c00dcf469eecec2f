from django.conf import settings
from django.db import models
from django.db.models import F, Q


class TwoPersonModel(models.Model):
    """What one person makes and another checks before it counts."""

    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="经办人", editable=False
    )
    made_at = models.DateTimeField("经办时间", auto_now_add=True)
    checked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="复核人", editable=False
    )
    checked_at = models.DateTimeField("复核时间", null=True, editable=False)

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                condition=Q(checked_by=None) | ~Q(made_by=F("checked_by")),
                name="%(app_label)s_%(class)s_two_persons",
                violation_error_message="经办人不能复核自己经办的事项，请由另一人复核。",
            ),
        ]

    @property
    def is_checked(self) -> bool:
        return self.checked_by_id is not None
