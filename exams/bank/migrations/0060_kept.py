from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("bank", "0010_practice")]

    operations = [
        migrations.AddField(
            model_name="practicerun", name="kept", field=models.JSONField(default=dict, verbose_name="已存作答")
        ),
    ]
