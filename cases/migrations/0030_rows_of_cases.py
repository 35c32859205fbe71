"""Row-level security on cases, people at risk and what hangs on them; what the settings of a connection mean to it."""

from django.db import migrations

# Settings of the connection, which only act_as (escalation) and the workers' default fill: who acts, and the ids of what
# they may know of. Each is read once in a statement. Without any of them nothing is shown.
FUNCTIONS = """
CREATE FUNCTION rows_all() RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT coalesce(current_setting('app.acting', true), '') = 'everything'
$$;
CREATE FUNCTION rows_of(what text) RETURNS bigint[] LANGUAGE sql STABLE AS $$
    SELECT CASE WHEN coalesce(current_setting('app.acting', true), '') IN ('', 'nobody') THEN '{}'::bigint[]
        ELSE coalesce(nullif(current_setting('app.' || what, true), ''), '{}')::bigint[] END
$$;
CREATE FUNCTION rows_partnership() RETURNS bigint LANGUAGE sql STABLE AS $$
    SELECT CASE WHEN coalesce(current_setting('app.acting', true), '') IN ('', 'nobody') THEN NULL
        ELSE nullif(current_setting('app.partnership', true), '')::bigint END
$$;
"""

POLICIES = {
    "cases_case": """id = ANY ((SELECT rows_of('cases'))::bigint[])
        OR partnership_id = (SELECT rows_partnership()) AND id <> ALL ((SELECT rows_of('shut'))::bigint[])""",
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

ON = "ALTER TABLE {table} ENABLE ROW LEVEL SECURITY; CREATE POLICY shown ON {table} USING ((SELECT rows_all()) OR {rows});"
OFF = "DROP POLICY shown ON {table}; ALTER TABLE {table} DISABLE ROW LEVEL SECURITY;"
GONE = "DROP FUNCTION rows_all(); DROP FUNCTION rows_of(text); DROP FUNCTION rows_partnership();"


class Migration(migrations.Migration):
    dependencies = [("cases", "0018_corrections")]

    operations = [
        migrations.RunSQL(FUNCTIONS, GONE),
        *(
            migrations.RunSQL(ON.format(table=table, rows=rows), OFF.format(table=table))
            for table, rows in POLICIES.items()
        ),
    ]
