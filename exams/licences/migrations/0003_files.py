import django.core.validators
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("licences", "0002_guards"),
        ("people", "0002_user_any_case"),
        ("sittings", "0041_outcomes_stay"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="LevelResult",
            fields=[],
            options={
                "verbose_name": "等级考试结果",
                "verbose_name_plural": "等级考试结果",
                "ordering": ["-attempt__candidate__sitting__opens_at", "attempt__candidate__officer__staff_no"],
                "permissions": [("export_levelresult", "可导出等级结果文件")],
                "proxy": True,
                "default_permissions": ["view"],
                "indexes": [],
                "constraints": [],
            },
            bases=("sittings.outcome",),
        ),
        migrations.CreateModel(
            name="OfficerStanding",
            fields=[],
            options={
                "verbose_name": "上岗资格",
                "verbose_name_plural": "上岗资格",
                "ordering": ["unit__path", "staff_no"],
                "proxy": True,
                "default_permissions": ["view"],
                "indexes": [],
                "constraints": [],
            },
            bases=("people.officer",),
        ),
        migrations.CreateModel(
            name="Submission",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.CharField(max_length=20, unique=True, verbose_name="报送批号")),
                ("rows", models.PositiveIntegerField(verbose_name="申请份数")),
                ("content", models.BinaryField(verbose_name="文件")),
                ("sha256", models.CharField(max_length=64, verbose_name="校验值")),
                ("made_at", models.DateTimeField(verbose_name="报送时间")),
                (
                    "made_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="经办人",
                    ),
                ),
                (
                    "unit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="people.orgunit",
                        verbose_name="报送单位",
                    ),
                ),
            ],
            options={
                "verbose_name": "报送",
                "verbose_name_plural": "报送",
                "ordering": ["-id"],
                "default_permissions": ["add", "view"],
            },
        ),
        migrations.CreateModel(
            name="ResultFile",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("filename", models.CharField(max_length=120, verbose_name="文件名")),
                (
                    "sha256",
                    models.CharField(
                        editable=False,
                        max_length=64,
                        unique=True,
                        validators=[django.core.validators.RegexValidator("^[0-9a-f]{64}$")],
                        verbose_name="校验值",
                    ),
                ),
                ("rows", models.PositiveIntegerField(verbose_name="行数")),
                ("content", models.BinaryField(verbose_name="原件")),
                ("made_at", models.DateTimeField(auto_now_add=True, verbose_name="导入时间")),
                (
                    "made_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="经办人",
                    ),
                ),
                (
                    "unit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="people.orgunit",
                        verbose_name="单位",
                    ),
                ),
                (
                    "submission",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="answers",
                        to="licences.submission",
                        verbose_name="回复的报送",
                    ),
                ),
            ],
            options={
                "verbose_name": "结果文件",
                "verbose_name_plural": "结果文件",
                "ordering": ["-id"],
                "default_permissions": ["add", "view"],
            },
        ),
        migrations.CreateModel(
            name="SubmissionLine",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "application",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="sent_in",
                        to="licences.application",
                        verbose_name="申请",
                    ),
                ),
                (
                    "submission",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="lines",
                        to="licences.submission",
                        verbose_name="报送",
                    ),
                ),
            ],
            options={
                "verbose_name": "报送明细",
                "verbose_name_plural": "报送明细",
                "ordering": ["id"],
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="Card",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("edition", models.PositiveSmallIntegerField(verbose_name="第几次制证")),
                ("code", models.CharField(max_length=26, unique=True, verbose_name="核验码")),
                ("snapshot", models.JSONField(verbose_name="证面内容")),
                ("content", models.BinaryField(verbose_name="文件")),
                ("sha256", models.CharField(max_length=64, verbose_name="校验值")),
                ("made_by", models.CharField(max_length=120, verbose_name="制证人")),
                ("made_at", models.DateTimeField(auto_now_add=True, verbose_name="制证时间")),
                (
                    "certificate",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="cards",
                        to="licences.enforcementcertificate",
                        verbose_name="执法证",
                    ),
                ),
            ],
            options={
                "verbose_name": "证卡",
                "verbose_name_plural": "证卡",
                "ordering": ["-id"],
                "default_permissions": ["add", "view"],
                "constraints": [
                    models.UniqueConstraint(fields=("certificate", "edition"), name="licences_card_edition")
                ],
            },
        ),
        migrations.CreateModel(
            name="ResultLine",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.PositiveIntegerField(null=True, verbose_name="行")),
                ("staff_no", models.CharField(max_length=100, verbose_name="人员编号")),
                ("name", models.CharField(max_length=100, verbose_name="姓名")),
                ("result", models.CharField(blank=True, max_length=10, verbose_name="结果")),
                (
                    "finding",
                    models.CharField(
                        choices=[
                            ("DONE", "已办理"),
                            ("UNCHANGED", "此前已办理"),
                            ("ORPHAN", "对不上"),
                            ("MISSING", "未回复"),
                        ],
                        max_length=10,
                        verbose_name="对账",
                    ),
                ),
                ("note", models.CharField(blank=True, max_length=300, verbose_name="说明")),
                (
                    "key",
                    models.CharField(blank=True, db_index=True, editable=False, max_length=64, verbose_name="行摘要"),
                ),
                (
                    "certificate",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="licences.enforcementcertificate",
                        verbose_name="执法证",
                    ),
                ),
                (
                    "file",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="lines",
                        to="licences.resultfile",
                        verbose_name="结果文件",
                    ),
                ),
            ],
            options={
                "verbose_name": "对账明细",
                "verbose_name_plural": "对账明细",
                "ordering": ["file_id", "number", "staff_no"],
                "default_permissions": ["view"],
                "constraints": [
                    models.UniqueConstraint(fields=("file", "number"), name="licences_line_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("certificate", None), ("finding", "ORPHAN")),
                            models.Q(models.Q(("finding", "ORPHAN"), _negated=True), ("certificate__isnull", False)),
                            _connector="OR",
                        ),
                        name="licences_line_matched",
                    ),
                ],
            },
        ),
    ]
