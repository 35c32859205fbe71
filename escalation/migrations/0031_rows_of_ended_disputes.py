"""What has ended 28 days ago is no longer shown: the function by which the database learns who acts knows of it as well."""

from importlib import import_module

from django.db import migrations

# As act_as before it, and as escalation/models/reach.py for pages: what a relation opens that does not last (``lasting``)
# is shown for 28 days after the dispute has ended, and then only to whom access was given again or who still owes something
# there. Who that is is asked only where something ended so long ago.
ACT_AS = """
CREATE FUNCTION act_as(appointments bigint[], opened text[], lasting text[])
RETURNS void LANGUAGE plpgsql SECURITY DEFINER AS $$
DECLARE
    who record;
    shut bigint[];
    disputes bigint[] := '{}';
    cases bigint[] := '{}';
    partnership text := '';
    first_shut bigint[] := '{}';
    engagements bigint[] := '{}';
    ago timestamptz := now() - interval '28 days';
    here bigint[];
    long_ended bigint[];
    cases_here bigint[];
    cases_long_ended bigint[];
    again bigint[];
BEGIN
    FOR who IN
        SELECT a.id, a.user_id, a.agency_id, a.partnership_id, coalesce(a.in_place_of_id, a.id) AS seat,
            string_to_array(given.opened, ' ') AS opened, string_to_array(given.lasting, ' ') AS lasting, given.place
        FROM unnest(appointments, opened, lasting) WITH ORDINALITY AS given (id, opened, lasting, place)
        JOIN public.cases_appointment a ON a.id = given.id
    LOOP
        SELECT coalesce(array_agg(c.id), '{}') INTO shut FROM public.cases_case c
        WHERE c.partnership_id = who.partnership_id
            AND (c.named IS NOT NULL OR NOT (c.shut_to = '{}'))
            AND ((c.named IS NOT NULL AND NOT c.named @> ARRAY[who.id]) OR c.shut_to @> ARRAY[who.user_id]);
        IF who.place = 1 THEN
            first_shut := shut;
            SELECT coalesce(array_agg(e.id), '{}') INTO engagements FROM public.escalation_engagement e
            WHERE e.reader_id = who.id AND e.partnership_id = who.partnership_id AND e.ended_at IS NULL
                AND e.starts_at <= now() AND e.ends_at > now() AND 'engagement' = ANY (who.opened);
            IF 'partnership' = ANY (who.opened) OR EXISTS (
                SELECT FROM public.escalation_engagement e WHERE e.id = ANY (engagements) AND e.scope = 'partnership'
            ) THEN
                partnership := who.partnership_id::text;
            END IF;
        END IF;
        SELECT coalesce(array_agg(found.id) FILTER (WHERE NOT found.is_over), '{}'),
            coalesce(array_agg(found.id) FILTER (WHERE found.is_over), '{}')
        INTO here, long_ended FROM (
            SELECT d.id, coalesce(d.closed_at <= ago, false) AND NOT bool_or(stands.as_what = ANY (who.lasting)) AS is_over
            FROM (
                SELECT p.dispute_id, CASE WHEN p.side = 'authority' THEN 'last_word' ELSE 'participant' END AS as_what
                FROM public.escalation_participant p WHERE p.appointment_id = who.seat
                UNION ALL
                SELECT n.dispute_id, 'told' FROM public.escalation_notification n
                WHERE n.recipient_id = who.seat AND 'told' = ANY (who.opened)
                UNION ALL
                SELECT s.dispute_id, 'supporter' FROM public.escalation_support s
                WHERE s.supporter_id = who.id AND s.ended_at IS NULL AND 'supporter' = ANY (who.opened)
                UNION ALL
                SELECT p.dispute_id, 'manages' FROM public.escalation_participant p
                JOIN public.cases_appointment a ON a.id = p.appointment_id
                WHERE a.manager_id = who.seat AND 'manages' = ANY (who.opened)
                UNION ALL
                SELECT p.dispute_id, 'own_agency' FROM public.escalation_party p
                WHERE p.agency_id = who.agency_id AND 'own_agency' = ANY (who.opened)
                UNION ALL
                SELECT p.dispute_id, 'engagement' FROM public.escalation_party p
                JOIN public.escalation_engagement e ON e.agency_id = p.agency_id
                WHERE e.id = ANY (engagements) AND e.scope = 'agency' AND who.place = 1
                UNION ALL
                SELECT n.dispute_id, 'engagement' FROM public.escalation_engageddispute n
                WHERE n.engagement_id = ANY (engagements) AND who.place = 1
                UNION ALL
                SELECT g.dispute_id, 'opened_so' FROM public.escalation_breakglass g WHERE 'opened_so' = ANY (who.opened)
                UNION ALL
                SELECT g.dispute_id, 'break_glass' FROM public.escalation_breakglass g
                WHERE g.by_id = who.id AND g.until > now() AND 'break_glass' = ANY (who.opened)
            ) stands
            JOIN public.escalation_dispute d ON d.id = stands.dispute_id
            WHERE stands.as_what = ANY (who.opened) AND d.partnership_id = who.partnership_id AND d.case_id <> ALL (shut)
            GROUP BY d.id
        ) found;
        SELECT coalesce(array_agg(found.id) FILTER (WHERE NOT found.is_over), '{}'),
            coalesce(array_agg(found.id) FILTER (WHERE found.is_over), '{}')
        INTO cases_here, cases_long_ended FROM (
            SELECT m.case_id AS id, bool_and(coalesce(d.closed_at <= ago, false)) AS is_over
            FROM public.cases_casemember m LEFT JOIN public.escalation_dispute d ON d.case_id = m.case_id
            WHERE m.appointment_id = who.seat AND m.case_id <> ALL (shut)
            GROUP BY m.case_id
        ) found;
        IF long_ended <> '{}' OR cases_long_ended <> '{}' THEN
            again := ARRAY(
                SELECT g.dispute_id FROM public.escalation_accessgrant g
                WHERE g.holder_id = who.id AND g.until > now() AND g.ended_at IS NULL
                UNION ALL
                SELECT o.dispute_id FROM public.escalation_stillowed o
                WHERE o.appointment_id = who.seat AND (o.until IS NULL OR o.until > now())
            );
            here := here || ARRAY(SELECT d FROM unnest(long_ended) d WHERE d = ANY (again));
            cases_here := cases_here || ARRAY(
                SELECT d.case_id FROM public.escalation_dispute d WHERE d.id = ANY (again) AND d.case_id = ANY (cases_long_ended)
            );
        END IF;
        disputes := disputes || here;
        cases := cases || cases_here;
    END LOOP;
    cases := cases || ARRAY(SELECT d.case_id FROM public.escalation_dispute d WHERE d.id = ANY (disputes));
    PERFORM set_config('app.acting', appointments[1]::text, false), set_config('app.disputes', disputes::text, false),
        set_config('app.cases', cases::text, false), set_config('app.shut', first_shut::text, false),
        set_config('app.partnership', partnership, false);
END
$$;
REVOKE ALL ON FUNCTION act_as(bigint[], text[], text[]) FROM PUBLIC;
"""
DROP_FORMER = "DROP FUNCTION act_as(bigint[], text[])"
former = import_module("escalation.migrations.0030_rows_of_disputes")


def grant(apps, schema_editor):
    """The web's role alone may tell the connection who acts; it is whoever may read disputes without owning them."""
    with schema_editor.connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT grantee FROM information_schema.role_table_grants"
            " WHERE table_name = 'escalation_dispute' AND privilege_type = 'SELECT' AND grantee <> current_user"
        )
        for (role,) in cursor.fetchall():
            cursor.execute(f"GRANT EXECUTE ON FUNCTION act_as(bigint[], text[], text[]) TO {schema_editor.quote_name(role)}")


class Migration(migrations.Migration):
    dependencies = [("escalation", "0030_rows_of_disputes")]

    operations = [
        migrations.RunPython(migrations.RunPython.noop, former.grant),
        migrations.RunSQL(DROP_FORMER, former.ACT_AS),
        migrations.RunSQL(ACT_AS, "DROP FUNCTION act_as(bigint[], text[], text[])"),
        migrations.RunPython(grant, migrations.RunPython.noop),
    ]
