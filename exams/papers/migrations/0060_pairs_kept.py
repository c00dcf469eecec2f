from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("papers", "0002_contents_stay")]

    operations = [
        migrations.AlterModelOptions(
            name="forbiddenpair",
            options={
                "default_permissions": ["view", "add", "delete"],
                "ordering": ["-id"],
                "verbose_name": "互斥试题",
                "verbose_name_plural": "互斥试题",
            },
        ),
    ]
