from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("catalogue", "0004_item_domain")]
    operations = [
        migrations.AddField(
            model_name="course",
            name="is_flagship",
            field=models.BooleanField(default=False, editable=False, verbose_name="精品课程"),
        ),
    ]
