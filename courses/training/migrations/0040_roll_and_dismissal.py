import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("training", "0030_calendar"), migrations.swappable_dependency(settings.AUTH_USER_MODEL)]

    operations = [
        migrations.CreateModel(
            name="DismissalProposal",
            fields=[],
            options={
                "verbose_name": "建议退班",
                "verbose_name_plural": "建议退班",
                "ordering": ["-dismissal_proposed_at", "-id"],
                "permissions": [("decide_dismissal", "可决定是否退班")],
                "proxy": True,
                "default_permissions": ["view"],
                "indexes": [],
                "constraints": [],
            },
            bases=("training.enrollment",),
        ),
        migrations.AddField(
            "classsession", "roll_closed_at", models.DateTimeField("点名结束时间", null=True, editable=False)
        ),
        migrations.AddField(
            "classsession",
            "roll_closed_by",
            models.ForeignKey(
                settings.AUTH_USER_MODEL, django.db.models.deletion.PROTECT, null=True, editable=False,
                related_name="+", verbose_name="点名人",
            ),
        ),
        migrations.AddField(
            "enrollment",
            "tolerated_hours",
            models.DecimalField("已决定保留的缺勤学时", max_digits=6, decimal_places=2, null=True),
        ),
    ]  # fmt: skip
