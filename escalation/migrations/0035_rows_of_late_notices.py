"""A notice of the last 28 days is shown to whom it was written for, also where access to its dispute has ended."""

from importlib import import_module

from django.db import migrations

former = import_module("escalation.migrations.0030_rows_of_disputes")
LATELY = """
CREATE FUNCTION rows_told_lately(dispute bigint, told_at timestamptz) RETURNS boolean
LANGUAGE plpgsql STABLE SECURITY DEFINER AS $$
BEGIN
    RETURN told_at > now() - interval '28 days' AND EXISTS (
        SELECT FROM public.escalation_dispute d
        WHERE d.id = dispute AND d.case_id <> ALL (nullif(current_setting('app.shut', true), '')::bigint[])
    );
END
$$;
"""
OWN = (
    "recipient_id::text = (SELECT current_setting('app.acting', true)) AND rows_told_lately(dispute_id, created_at)"
)
BEFORE = f"{former.ALL} OR {former.POLICIES['escalation_notification']}"
ALTER = "ALTER POLICY shown ON escalation_notification USING ({rows})"


class Migration(migrations.Migration):
    dependencies = [("escalation", "0034_why_it_is_shared_outside")]

    operations = [
        migrations.RunSQL(LATELY, "DROP FUNCTION rows_told_lately(bigint, timestamptz)"),
        migrations.RunSQL(ALTER.format(rows=f"{BEFORE} OR {OWN}"), ALTER.format(rows=BEFORE)),
    ]
