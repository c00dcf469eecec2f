from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("pool", "0001_initial")]

    operations = [
        migrations.AddField(
            model_name="teaching",
            name="voided_at",
            field=models.DateTimeField(editable=False, null=True, verbose_name="作废时间"),
        ),
    ]
