import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("training", "0040_roll_and_dismissal"), migrations.swappable_dependency(settings.AUTH_USER_MODEL)]

    operations = [
        migrations.CreateModel(
            name="Completion",
            fields=[],
            options={
                "verbose_name": "结业办理",
                "verbose_name_plural": "结业办理",
                "ordering": ["-ends_on", "-id"],
                "default_permissions": ["view"],
                "proxy": True,
                "indexes": [],
                "constraints": [],
            },
            bases=("training.trainingclass",),
        ),
        migrations.CreateModel(
            name="TeamSession",
            fields=[],
            options={
                "verbose_name": "科队训练",
                "verbose_name_plural": "科队训练",
                "ordering": ["-ends_on", "-id"],
                "default_permissions": ["view"],
                "proxy": True,
                "indexes": [],
                "constraints": [],
            },
            bases=("training.trainingclass",),
        ),
        migrations.AddField(
            model_name="trainingclass",
            name="makes_up",
            field=models.ForeignKey(
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="made_up_by",
                to="training.trainingclass",
                verbose_name="补哪一次训练",
            ),
        ),
        migrations.AddConstraint(
            model_name="trainingclass",
            constraint=models.UniqueConstraint(
                condition=models.Q(("makes_up__isnull", False), models.Q(("state", "CANCELLED"), _negated=True)),
                fields=("makes_up",),
                name="training_class_one_make_up",
                violation_error_message="这次训练已安排补训。",
            ),
        ),
        migrations.CreateModel(
            name="SessionPhoto",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("content", models.BinaryField(verbose_name="图片")),
                ("sha256", models.CharField(max_length=64, verbose_name="校验值")),
                ("made_at", models.DateTimeField(auto_now_add=True, verbose_name="上传时间")),
                (
                    "enrollment",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="photos",
                        to="training.enrollment",
                        verbose_name="学员",
                    ),
                ),
                (
                    "made_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="上传人",
                    ),
                ),
                (
                    "session",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="photos",
                        to="training.classsession",
                        verbose_name="课次",
                    ),
                ),
            ],
            options={
                "verbose_name": "训练照片",
                "verbose_name_plural": "训练照片",
                "ordering": ["id"],
                "default_permissions": (),
                "constraints": [models.UniqueConstraint(fields=("session", "sha256"), name="training_photo_once")],
            },
        ),
    ]
