"""A dispute keeps the track of its protocol, and what was raised stays frozen with it."""

import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('escalation', '0002_participant_acts_for'),
    ]

    operations = [
        pgtrigger.migrations.RemoveTrigger(
            model_name='dispute',
            name='what_was_raised_is_frozen',
        ),
        migrations.AddField(
            model_name='dispute',
            name='track',
            field=models.CharField(blank=True, max_length=40),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='dispute',
            trigger=pgtrigger.compiler.Trigger(name='what_was_raised_is_frozen', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."partnership_id" IS DISTINCT FROM (NEW."partnership_id") OR OLD."reference" IS DISTINCT FROM (NEW."reference") OR OLD."case_id" IS DISTINCT FROM (NEW."case_id") OR OLD."protocol_id" IS DISTINCT FROM (NEW."protocol_id") OR OLD."track" IS DISTINCT FROM (NEW."track") OR OLD."raised_by_id" IS DISTINCT FROM (NEW."raised_by_id") OR OLD."raised_at" IS DISTINCT FROM (NEW."raised_at") OR OLD."raising_agency_id" IS DISTINCT FROM (NEW."raising_agency_id") OR OLD."concern_arose_at" IS DISTINCT FROM (NEW."concern_arose_at") OR OLD."title" IS DISTINCT FROM (NEW."title") OR OLD."subject" IS DISTINCT FROM (NEW."subject") OR OLD."ground" IS DISTINCT FROM (NEW."ground") OR OLD."category" IS DISTINCT FROM (NEW."category") OR OLD."decision_disputed" IS DISTINCT FROM (NEW."decision_disputed") OR OLD."worry" IS DISTINCT FROM (NEW."worry") OR OLD."evidence" IS DISTINCT FROM (NEW."evidence") OR OLD."aim" IS DISTINCT FROM (NEW."aim") OR OLD."proposed_resolution" IS DISTINCT FROM (NEW."proposed_resolution") OR OLD."danger_answer" IS DISTINCT FROM (NEW."danger_answer") OR OLD."entry_stage" IS DISTINCT FROM (NEW."entry_stage"))', func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;", hash='6a52dbf33b734d43d36caa9fff9f0f6876974567', operation='UPDATE', pgid='pgtrigger_what_was_raised_is_frozen_73514', table='escalation_dispute', when='BEFORE')),
        ),
    ]
