from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.models import F


def keep_what_was_said(apps: Apps, _editor: BaseDatabaseSchemaEditor) -> None:
    """Who waits for a first contact was told the time that stood as due."""
    apps.get_model("casebook", "HelpRequest").objects.filter(stage="new").update(promised_at=F("due_at"))


class Migration(migrations.Migration):
    dependencies = [("casebook", "0002_a_wall_between_families")]

    operations = [
        migrations.AddField(
            model_name="helprequest", name="promised_at", field=models.DateTimeField(blank=True, null=True)
        ),
        migrations.RunPython(keep_what_was_said, migrations.RunPython.noop),
    ]
