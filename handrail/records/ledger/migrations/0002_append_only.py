"""The database itself refuses to change or remove an entry or a seal."""

from django.db import migrations

from handrail.records.ledger import triggers


def install(apps, schema_editor):
    triggers.install(schema_editor.connection)


def remove(apps, schema_editor):
    triggers.remove(schema_editor.connection)


class Migration(migrations.Migration):
    dependencies = [("ledger", "0001_the_chain")]

    operations = [migrations.RunPython(install, remove)]
