from decimal import Decimal

import django.core.validators
import django.db.models.deletion
import modelcluster.fields
import wagtail.fields
from django.conf import settings
from django.db import migrations, models

import courses.catalogue.models.courseware


class Migration(migrations.Migration):
    dependencies = [
        ("catalogue", "0002_frozen"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="ItemCode",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.CharField(max_length=30, unique=True, verbose_name="事项代码")),
                ("name", models.CharField(max_length=200, verbose_name="事项名称")),
                ("field", models.CharField(blank=True, max_length=60, verbose_name="执法领域")),
            ],
            options={
                "verbose_name": "执法事项",
                "verbose_name_plural": "执法事项",
                "ordering": ["code"],
            },
        ),
        migrations.CreateModel(
            name="LegalSource",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("title", models.CharField(max_length=120, unique=True, verbose_name="名称")),
                ("issuer", models.CharField(blank=True, max_length=80, verbose_name="制定机关")),
            ],
            options={
                "verbose_name": "法律依据",
                "verbose_name_plural": "法律依据",
                "ordering": ["title"],
            },
        ),
        migrations.CreateModel(
            name="Topic",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.SlugField(max_length=20, unique=True, verbose_name="代码")),
                ("name", models.CharField(max_length=40, unique=True, verbose_name="名称")),
                ("order", models.PositiveSmallIntegerField(default=0, verbose_name="次序")),
            ],
            options={
                "verbose_name": "专题",
                "verbose_name_plural": "专题",
                "ordering": ["order", "code"],
            },
        ),
        migrations.AddField(
            model_name="courseversion",
            name="basis",
            field=models.JSONField(default=dict, verbose_name="专题、依据、事项与课件"),
        ),
        migrations.AddField(
            model_name="lesson",
            name="kind",
            field=models.CharField(
                choices=[("TEXT", "图文"), ("VIDEO", "视频"), ("PDF", "PDF文档"), ("SLIDES", "幻灯片")],
                default="TEXT",
                max_length=10,
                verbose_name="形式",
            ),
        ),
        migrations.AlterField(
            model_name="lesson",
            name="body",
            field=wagtail.fields.RichTextField(blank=True, verbose_name="正文"),
        ),
        migrations.AlterField(
            model_name="lesson",
            name="minutes",
            field=models.PositiveSmallIntegerField(
                blank=True,
                help_text="读完本节至少要用的时间，由服务器计时；视频以片长为准，不用填。",
                null=True,
                validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(240)],
                verbose_name="学时长（分钟）",
            ),
        ),
        migrations.CreateModel(
            name="Courseware",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("made_at", models.DateTimeField(auto_now_add=True, verbose_name="经办时间")),
                ("checked_at", models.DateTimeField(editable=False, null=True, verbose_name="复核时间")),
                ("title", models.CharField(max_length=100, verbose_name="名称")),
                (
                    "kind",
                    models.CharField(
                        choices=[("VIDEO", "视频"), ("PDF", "PDF文档"), ("SLIDES", "幻灯片")],
                        max_length=10,
                        verbose_name="类型",
                    ),
                ),
                (
                    "file",
                    models.FileField(
                        max_length=200,
                        upload_to=courses.catalogue.models.courseware.generated_name,
                        verbose_name="文件",
                    ),
                ),
                ("sha256", models.CharField(editable=False, max_length=64, verbose_name="文件摘要")),
                ("bytes", models.PositiveBigIntegerField(editable=False, verbose_name="字节数")),
                ("seconds", models.PositiveIntegerField(editable=False, null=True, verbose_name="片长（秒）")),
                ("pages", models.PositiveIntegerField(editable=False, null=True, verbose_name="页数")),
                (
                    "checked_by",
                    models.ForeignKey(
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="复核人",
                    ),
                ),
                (
                    "made_by",
                    models.ForeignKey(
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="经办人",
                    ),
                ),
            ],
            options={
                "verbose_name": "课件",
                "verbose_name_plural": "课件",
                "ordering": ["-id"],
                "permissions": [("check_courseware", "可复核课件")],
                "abstract": False,
                "default_permissions": ["add", "view"],
            },
        ),
        migrations.AddField(
            model_name="lesson",
            name="courseware",
            field=models.ForeignKey(
                blank=True,
                help_text="只列出已由另一人复核的课件；图文不用选。",
                limit_choices_to={"checked_by__isnull": False},
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="lessons",
                to="catalogue.courseware",
                verbose_name="课件",
            ),
        ),
        migrations.AddField(
            model_name="course",
            name="items",
            field=modelcluster.fields.ParentalManyToManyField(
                blank=True, related_name="courses", to="catalogue.itemcode", verbose_name="执法事项"
            ),
        ),
        migrations.CreateModel(
            name="LegalSourceVersion",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.CharField(blank=True, max_length=60, verbose_name="文号")),
                ("edition", models.CharField(help_text="例如“2021年修订”。", max_length=40, verbose_name="版本")),
                ("effective_on", models.DateField(verbose_name="施行日期")),
                ("superseded_on", models.DateField(blank=True, null=True, verbose_name="废止或被替代日期")),
                (
                    "source",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="versions",
                        to="catalogue.legalsource",
                        verbose_name="法律依据",
                    ),
                ),
            ],
            options={
                "verbose_name": "法律依据版本",
                "verbose_name_plural": "法律依据版本",
                "ordering": ["source__title", "-effective_on"],
            },
        ),
        migrations.AddField(
            model_name="course",
            name="sources",
            field=modelcluster.fields.ParentalManyToManyField(
                blank=True, related_name="courses", to="catalogue.legalsourceversion", verbose_name="法律依据"
            ),
        ),
        migrations.CreateModel(
            name="LessonQuestion",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("sort_order", models.IntegerField(blank=True, editable=False, null=True)),
                (
                    "at",
                    models.PositiveIntegerField(
                        help_text="从本节开头算起，不能超过本节时长。", verbose_name="出现在第几秒"
                    ),
                ),
                ("stem", models.CharField(max_length=300, verbose_name="题干")),
                ("options", models.TextField(help_text="每行一个，2至6个。", verbose_name="选项")),
                (
                    "answer",
                    models.PositiveSmallIntegerField(
                        choices=[(0, "A"), (1, "B"), (2, "C"), (3, "D"), (4, "E"), (5, "F")], verbose_name="答案"
                    ),
                ),
                ("explain", models.CharField(blank=True, max_length=500, verbose_name="解析")),
                (
                    "lesson",
                    modelcluster.fields.ParentalKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="questions", to="catalogue.lesson"
                    ),
                ),
            ],
            options={
                "verbose_name": "随堂题",
                "ordering": ["sort_order"],
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="SyllabusNode",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("edition", models.CharField(max_length=40, verbose_name="大纲版本")),
                (
                    "level",
                    models.CharField(
                        choices=[("BASIC", "基础"), ("INTERMEDIATE", "中级"), ("ADVANCED", "高级")],
                        max_length=15,
                        verbose_name="等级",
                    ),
                ),
                ("title", models.CharField(max_length=120, verbose_name="名称")),
                (
                    "hours",
                    models.DecimalField(
                        decimal_places=2,
                        default=Decimal("0"),
                        max_digits=6,
                        validators=[django.core.validators.MinValueValidator(Decimal("0"))],
                        verbose_name="学时",
                    ),
                ),
                ("is_compulsory", models.BooleanField(default=False, verbose_name="必修")),
                ("order", models.PositiveSmallIntegerField(default=0, verbose_name="次序")),
                (
                    "parent",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="children",
                        to="catalogue.syllabusnode",
                        verbose_name="上级",
                    ),
                ),
                (
                    "topic",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="syllabus_nodes",
                        to="catalogue.topic",
                        verbose_name="专题",
                    ),
                ),
            ],
            options={
                "verbose_name": "大纲条目",
                "verbose_name_plural": "大纲条目",
                "ordering": ["edition", "level", "order", "id"],
            },
        ),
        migrations.AddField(
            model_name="course",
            name="nodes",
            field=modelcluster.fields.ParentalManyToManyField(
                blank=True, related_name="courses", to="catalogue.syllabusnode", verbose_name="大纲条目"
            ),
        ),
        migrations.AddField(
            model_name="course",
            name="topics",
            field=modelcluster.fields.ParentalManyToManyField(
                blank=True, related_name="courses", to="catalogue.topic", verbose_name="专题"
            ),
        ),
        migrations.AddConstraint(
            model_name="courseware",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("checked_by", None), models.Q(("made_by", models.F("checked_by")), _negated=True), _connector="OR"
                ),
                name="catalogue_courseware_two_persons",
                violation_error_message="经办人不能复核自己经办的事项，请由另一人复核。",
            ),
        ),
        migrations.AddConstraint(
            model_name="courseware",
            constraint=models.CheckConstraint(
                condition=models.Q(models.Q(("kind", "VIDEO"), _negated=True), ("seconds__gt", 0), _connector="OR"),
                name="catalogue_courseware_length",
                violation_error_message="视频应有片长。",
            ),
        ),
        migrations.AddConstraint(
            model_name="legalsourceversion",
            constraint=models.UniqueConstraint(
                fields=("source", "edition"),
                name="catalogue_source_edition",
                violation_error_message="该依据已有同名版本。",
            ),
        ),
        migrations.AddConstraint(
            model_name="legalsourceversion",
            constraint=models.UniqueConstraint(
                condition=models.Q(("superseded_on", None)),
                fields=("source",),
                name="catalogue_source_one_current",
                violation_error_message="同一依据只能有一个现行版本，请先填写旧版本的废止日期。",
            ),
        ),
        migrations.AddConstraint(
            model_name="legalsourceversion",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("superseded_on", None), ("superseded_on__gt", models.F("effective_on")), _connector="OR"
                ),
                name="catalogue_source_dates",
                violation_error_message="废止日期应晚于施行日期。",
            ),
        ),
        migrations.AddConstraint(
            model_name="syllabusnode",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("parent", None), models.Q(("parent", models.F("id")), _negated=True), _connector="OR"
                ),
                name="catalogue_syllabus_not_own_parent",
                violation_error_message="条目不能以自己为上级。",
            ),
        ),
    ]
