import django.db.models.deletion
from django.db import migrations, models

ADDED_ONLY = """
CREATE TRIGGER bank_practice_added_only BEFORE UPDATE OR DELETE ON bank_practiceanswer
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()
"""


def kept(model, verbose_name, related_name):
    on_delete = django.db.models.deletion.PROTECT
    return models.ForeignKey(on_delete=on_delete, related_name=related_name, to=model, verbose_name=verbose_name)


def key():
    return models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")


class Migration(migrations.Migration):
    dependencies = [
        ("bank", "0002_content_stays"),
        ("audit", "0002_append_only"),
        ("people", "0002_user_any_case"),
    ]

    operations = [
        migrations.CreateModel(
            name="PracticeRun",
            fields=[
                ("id", key()),
                (
                    "kind",
                    models.CharField(
                        choices=[("DRILL", "练习"), ("WRONG", "错题练习"), ("MOCK", "模拟考试")],
                        max_length=5,
                        verbose_name="方式",
                    ),
                ),
                ("title", models.CharField(max_length=120, verbose_name="名称")),
                ("versions", models.JSONField(verbose_name="试题版本")),
                ("seed", models.BigIntegerField(verbose_name="种子")),
                ("started_at", models.DateTimeField(auto_now_add=True, verbose_name="开始时间")),
                ("finished_at", models.DateTimeField(null=True, verbose_name="完成时间")),
                ("officer", kept("people.officer", "人员", "practice_runs")),
            ],
            options={
                "verbose_name": "练习",
                "verbose_name_plural": "练习",
                "ordering": ["-id"],
                "default_permissions": [],
                "indexes": [models.Index(fields=["officer", "finished_at"], name="bank_practice_open")],
            },
        ),
        migrations.CreateModel(
            name="PracticeAnswer",
            fields=[
                ("id", key()),
                ("place", models.PositiveSmallIntegerField(verbose_name="题号")),
                ("answer", models.JSONField(null=True, verbose_name="作答")),
                ("is_right", models.BooleanField(null=True, verbose_name="答对")),
                ("share", models.DecimalField(decimal_places=2, max_digits=3, null=True, verbose_name="得分比例")),
                ("answered_at", models.DateTimeField(auto_now_add=True, verbose_name="作答时间")),
                ("run", kept("bank.practicerun", "练习", "answers")),
                ("officer", kept("people.officer", "人员", "practice_answers")),
                ("question", kept("bank.question", "试题", "practice_answers")),
                ("version", kept("bank.questionversion", "试题版本", "+")),
            ],
            options={
                "verbose_name": "练习作答",
                "verbose_name_plural": "练习作答",
                "ordering": ["run", "place"],
                "default_permissions": [],
                "indexes": [models.Index(fields=["officer", "question", "id"], name="bank_practice_history")],
                "constraints": [models.UniqueConstraint(fields=("run", "place"), name="bank_practice_once")],
            },
        ),
        migrations.RunSQL(ADDED_ONLY, "DROP TRIGGER bank_practice_added_only ON bank_practiceanswer"),
    ]
