"""Unsent text of single forms is kept by the address of its form from now on (cases.Typed); the old rows go."""

from django.db import migrations

FORWARD = "DELETE FROM escalation_draft WHERE became_id IS NULL AND form NOT LIKE 'raise:%'"


class Migration(migrations.Migration):
    dependencies = [("escalation", "0012_advice_asked_of_a_lead"), ("cases", "0010_sent_once_and_typed")]

    operations = [migrations.RunSQL(FORWARD, migrations.RunSQL.noop)]
