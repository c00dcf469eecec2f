from django.db import migrations, models

KINDS = [
    ("COMPLETION", "结业证书"), ("CLASS", "培训班结业证书"), ("PLAQUE", "实践教学基地牌匾"), ("EXAM", "考试合格证书"),
]  # fmt: skip


class Migration(migrations.Migration):
    dependencies = [("certificates", "0060_plaques")]

    operations = [
        migrations.AlterField(
            model_name=name, name="kind", field=models.CharField(choices=KINDS, max_length=20, verbose_name="种类")
        )
        for name in ("certificate", "certificatecounter", "certificatedesign")
    ]
