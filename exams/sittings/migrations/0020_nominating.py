from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("sittings", "0002_answers_stay")]

    operations = [
        migrations.AlterModelOptions(
            name="candidate",
            options={
                "default_permissions": ["view"],
                "ordering": ["exam_id", "number"],
                "permissions": [("nominate_candidate", "可在本单位名额内推荐考生")],
                "verbose_name": "考生",
                "verbose_name_plural": "考生",
            },
        ),
    ]
