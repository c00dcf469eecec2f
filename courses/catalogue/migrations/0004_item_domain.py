from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("catalogue", "0003_references_and_media")]
    operations = [migrations.RenameField("itemcode", "field", "domain")]
