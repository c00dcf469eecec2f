from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("certificates", "0002_what_stays"),
    ]

    operations = [
        migrations.AlterField(
            model_name="certificate",
            name="kind",
            field=models.CharField(
                choices=[("COMPLETION", "结业证书"), ("CLASS", "培训班结业证书")], max_length=20, verbose_name="种类"
            ),
        ),
        migrations.AlterField(
            model_name="certificatecounter",
            name="kind",
            field=models.CharField(
                choices=[("COMPLETION", "结业证书"), ("CLASS", "培训班结业证书")], max_length=20, verbose_name="种类"
            ),
        ),
        migrations.AlterField(
            model_name="certificatedesign",
            name="kind",
            field=models.CharField(
                choices=[("COMPLETION", "结业证书"), ("CLASS", "培训班结业证书")], max_length=20, verbose_name="种类"
            ),
        ),
    ]
