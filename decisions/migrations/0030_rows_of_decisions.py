"""Row-level security on decisions, outcomes, referrals, exports and what was learned, as far as it names a dispute."""

from django.db import migrations

ALL = "(SELECT current_setting('app.acting', true)) = 'everything'"
OF_A_DISPUTE = """dispute_id = ANY ((SELECT nullif(current_setting('app.disputes', true), ''))::bigint[])
    OR rows_within(dispute_id)"""
BELOW = "EXISTS (SELECT FROM {above} above WHERE above.id = {column})"

HANG_ON_A_DISPUTE = ("decisionrecord", "export", "learning", "onwarditem", "outcome", "referral")
FURTHER_DOWN = {
    "consulted": ("decisions_decisionrecord", "record_id"),
    "decisionoption": ("decisions_decisionrecord", "record_id"),
    "outcomeconcurrence": ("decisions_outcome", "outcome_id"),
    "outcomeconfirmation": ("decisions_outcome", "outcome_id"),
    "outstandingissue": ("decisions_outcome", "outcome_id"),
    "signoff": ("decisions_decisionrecord", "record_id"),
}
POLICIES = {
    **{f"decisions_{name}": OF_A_DISPUTE for name in HANG_ON_A_DISPUTE},
    **{f"decisions_{name}": BELOW.format(above=above, column=column) for name, (above, column) in FURTHER_DOWN.items()},
}

ON = "ALTER TABLE {table} ENABLE ROW LEVEL SECURITY; CREATE POLICY shown ON {table} USING ({all} OR {rows});"
OFF = "DROP POLICY shown ON {table}; ALTER TABLE {table} DISABLE ROW LEVEL SECURITY;"


class Migration(migrations.Migration):
    dependencies = [("decisions", "0004_still_owed"), ("escalation", "0030_rows_of_disputes")]

    operations = [
        migrations.RunSQL(ON.format(table=table, all=ALL, rows=rows), OFF.format(table=table))
        for table, rows in POLICIES.items()
    ]
