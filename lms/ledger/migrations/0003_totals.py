import django.db.models.deletion
from django.db import migrations, models

# Two steps, because summing each (layer, counts) once and sharing the results out costs half of eight filtered
# sums; by person-year, because a condition on one officer must not add up the whole city. Before a column of
# ledger_entry named here can change, the view has to be dropped and made again.
VIEW = """
CREATE VIEW ledger_total AS
SELECT o.id AS obligation_id, s.* FROM ledger_obligation o CROSS JOIN LATERAL (
    SELECT {sums} FROM (
        SELECT layer, counts_hours, counts_credits, sum(hours) AS hours, sum(credits) AS credits
        FROM ledger_entry WHERE obligation_id = o.id GROUP BY layer, counts_hours, counts_credits
    ) g
) s
"""
TYPES = {"hours": "numeric(9, 2)", "credits": "numeric(9, 1)"}
# New lines are added for ever and never change: unless they are vacuumed early, sums read the lines themselves.
VACUUM = "ALTER TABLE ledger_entry SET (autovacuum_vacuum_insert_scale_factor = 0.02)"


def column(layer: str, name: str) -> str:
    where = f"counts_{name} AND layer = '{layer}'" if layer else f"counts_{name}"
    alias = f"{layer.lower()}_{name}" if layer else name
    return f"coalesce(sum({name}) FILTER (WHERE {where}), 0)::{TYPES[name]} AS {alias}"


SUMS = ", ".join(column(layer, name) for layer in ("", "ONLINE", "UNIT", "TEAM") for name in TYPES)


class Migration(migrations.Migration):
    dependencies = [
        ("ledger", "0002_append_only"),
        ("people", "0001_initial"),
        ("rules", "0002_approved_stays"),
    ]

    operations = [
        migrations.CreateModel(
            name="Total",
            fields=[
                (
                    "obligation",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        primary_key=True,
                        related_name="total",
                        serialize=False,
                        to="ledger.obligation",
                    ),
                ),
                ("hours", models.DecimalField(decimal_places=2, max_digits=9)),
                ("credits", models.DecimalField(decimal_places=1, max_digits=9)),
                ("online_hours", models.DecimalField(decimal_places=2, max_digits=9)),
                ("online_credits", models.DecimalField(decimal_places=1, max_digits=9)),
                ("unit_hours", models.DecimalField(decimal_places=2, max_digits=9)),
                ("unit_credits", models.DecimalField(decimal_places=1, max_digits=9)),
                ("team_hours", models.DecimalField(decimal_places=2, max_digits=9)),
                ("team_credits", models.DecimalField(decimal_places=1, max_digits=9)),
            ],
            options={
                "managed": False,
                "default_permissions": (),
            },
        ),
        migrations.AlterField(
            model_name="entry",
            name="obligation",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="entries",
                to="ledger.obligation",
                verbose_name="年度任务",
            ),
        ),
        migrations.AddIndex(
            model_name="entry",
            index=models.Index(
                fields=["obligation", "layer", "counts_hours", "counts_credits"],
                include=("hours", "credits"),
                name="ledger_entry_sums",
            ),
        ),
        migrations.RunSQL(VIEW.format(sums=SUMS), "DROP VIEW ledger_total"),
        migrations.RunSQL(VACUUM, "ALTER TABLE ledger_entry RESET (autovacuum_vacuum_insert_scale_factor)"),
    ]
