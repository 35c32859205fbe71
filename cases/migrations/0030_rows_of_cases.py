"""Row-level security on cases, people at risk and what hangs on them; what the settings of a connection mean to it."""

from django.db import migrations

# Settings of the connection, which only act_as (escalation) and the workers' default fill: who acts, and the ids of what they
# may know of. Each is read once in a statement; plain expressions, because they are planned with every statement. Without
# any of them nothing is shown.
ALL = "(SELECT current_setting('app.acting', true)) = 'everything'"
LISTED = "id = ANY ((SELECT nullif(current_setting('app.cases', true), ''))::bigint[])"
SHUT = "((SELECT nullif(current_setting('app.shut', true), ''))::bigint[])"
IN_PARTNERSHIP = f"partnership_id::text = (SELECT current_setting('app.partnership', true)) AND id <> ALL ({SHUT})"

POLICIES = {
    "cases_case": f"{LISTED} OR {IN_PARTNERSHIP}",
    "cases_case_agencies": "EXISTS (SELECT FROM cases_case c WHERE c.id = case_id)",
    "cases_casemember": "EXISTS (SELECT FROM cases_case c WHERE c.id = case_id)",
    "cases_person": "EXISTS (SELECT FROM cases_case c WHERE c.person_id = cases_person.id)",
    "cases_personreference": "EXISTS (SELECT FROM cases_person p WHERE p.id = person_id)",
    "cases_restriction": "EXISTS (SELECT FROM cases_case c WHERE c.id = case_id)",
    "cases_restriction_people": "EXISTS (SELECT FROM cases_restriction r WHERE r.id = restriction_id)",
    "cases_declaration": "EXISTS (SELECT FROM cases_case c WHERE c.id = case_id)",
    "cases_correction": "EXISTS (SELECT FROM cases_declaration d WHERE d.id = declaration_id)",
    "cases_readingnote": "EXISTS (SELECT FROM cases_case c WHERE c.id = case_id)",
    "cases_safeaddress": "EXISTS (SELECT FROM cases_case c WHERE c.id = case_id)",
    "cases_safeaddressshown": "EXISTS (SELECT FROM cases_case c WHERE c.id = case_id)",
}

ON = "ALTER TABLE {table} ENABLE ROW LEVEL SECURITY; CREATE POLICY shown ON {table} USING ({all} OR {rows});"
OFF = "DROP POLICY shown ON {table}; ALTER TABLE {table} DISABLE ROW LEVEL SECURITY;"


class Migration(migrations.Migration):
    dependencies = [("cases", "0018_corrections")]

    operations = [
        migrations.RunSQL(ON.format(table=table, all=ALL, rows=rows), OFF.format(table=table))
        for table, rows in POLICIES.items()
    ]
