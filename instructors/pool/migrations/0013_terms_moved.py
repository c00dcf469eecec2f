from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("pool", "0012_one_row_a_person")]

    operations = [
        migrations.AlterModelOptions(
            name="instructor",
            options={
                "ordering": ["unit__path", "name"],
                "permissions": [("suspend_instructor", "可停聘教员")],
                "verbose_name": "教员",
                "verbose_name_plural": "教员",
            },
        ),
        migrations.RemoveConstraint(
            model_name="instructor",
            name="pool_instructor_dates",
        ),
        migrations.RemoveConstraint(
            model_name="instructor",
            name="pool_instructor_who",
        ),
        migrations.RemoveConstraint(
            model_name="instructor",
            name="pool_instructor_once",
        ),
        migrations.RemoveField(
            model_name="instructor",
            name="from_on",
        ),
        migrations.RemoveField(
            model_name="instructor",
            name="level",
        ),
        migrations.RemoveField(
            model_name="instructor",
            name="specialty",
        ),
        migrations.RemoveField(
            model_name="instructor",
            name="until_on",
        ),
        migrations.AddConstraint(
            model_name="instructor",
            constraint=models.UniqueConstraint(
                condition=models.Q(("officer__isnull", False)),
                fields=("officer",),
                name="pool_instructor_person",
                violation_error_message="该人员已在师资库中。",
            ),
        ),
    ]
