"""Row-level security on disputes and all that hangs on them, and the function by which the database learns who acts."""

from django.db import migrations

# Tells the connection whose rows to show: those that the first of these roles, and the places it takes for others, may
# know of by the relations that the access table opens to each. It runs as the owner of the tables, to whom the policies do
# not apply, and names every table with its schema; so nothing that a session creates can stand in for one.
ACT_AS = """
CREATE FUNCTION act_as(appointments bigint[], opened text[]) RETURNS void LANGUAGE plpgsql SECURITY DEFINER AS $$
DECLARE
    who record;
    shut bigint[];
    disputes bigint[] := '{}';
    cases bigint[] := '{}';
    partnership text := '';
    first_shut bigint[] := '{}';
    engagements bigint[] := '{}';
BEGIN
    FOR who IN
        SELECT a.id, a.user_id, a.agency_id, a.partnership_id, coalesce(a.in_place_of_id, a.id) AS seat,
            string_to_array(given.opened, ' ') AS opened, given.place
        FROM unnest(appointments, opened) WITH ORDINALITY AS given (id, opened, place)
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
        disputes := disputes || ARRAY(
            SELECT d.id FROM public.escalation_dispute d
            WHERE d.partnership_id = who.partnership_id AND d.case_id <> ALL (shut) AND d.id IN (
                SELECT p.dispute_id FROM public.escalation_participant p
                WHERE p.appointment_id = who.seat
                    AND CASE WHEN p.side = 'authority' THEN 'last_word' ELSE 'participant' END = ANY (who.opened)
                UNION ALL
                SELECT n.dispute_id FROM public.escalation_notification n
                WHERE n.recipient_id = who.seat AND 'told' = ANY (who.opened)
                UNION ALL
                SELECT s.dispute_id FROM public.escalation_support s
                WHERE s.supporter_id = who.id AND s.ended_at IS NULL AND 'supporter' = ANY (who.opened)
                UNION ALL
                SELECT p.dispute_id FROM public.escalation_participant p
                JOIN public.cases_appointment a ON a.id = p.appointment_id
                WHERE a.manager_id = who.seat AND 'manages' = ANY (who.opened)
                UNION ALL
                SELECT p.dispute_id FROM public.escalation_party p
                WHERE p.agency_id = who.agency_id AND 'own_agency' = ANY (who.opened)
                UNION ALL
                SELECT p.dispute_id FROM public.escalation_party p
                JOIN public.escalation_engagement e ON e.agency_id = p.agency_id
                WHERE e.id = ANY (engagements) AND e.scope = 'agency' AND who.place = 1
                UNION ALL
                SELECT n.dispute_id FROM public.escalation_engageddispute n
                WHERE n.engagement_id = ANY (engagements) AND who.place = 1
                UNION ALL
                SELECT g.dispute_id FROM public.escalation_breakglass g
                WHERE 'opened_so' = ANY (who.opened)
                    OR g.by_id = who.id AND g.until > now() AND 'break_glass' = ANY (who.opened)
            )
        );
        cases := cases || ARRAY(
            SELECT m.case_id FROM public.cases_casemember m
            WHERE m.appointment_id = who.seat AND m.case_id <> ALL (shut)
        );
    END LOOP;
    cases := cases || ARRAY(SELECT d.case_id FROM public.escalation_dispute d WHERE d.id = ANY (disputes));
    PERFORM set_config('app.acting', appointments[1]::text, false), set_config('app.disputes', disputes::text, false),
        set_config('app.cases', cases::text, false), set_config('app.shut', first_shut::text, false),
        set_config('app.partnership', partnership, false);
END
$$;
REVOKE ALL ON FUNCTION act_as(bigint[], text[]) FROM PUBLIC;
"""

# Whether a dispute lies in the partnership of which the person may know as a whole, and is not shut to them.
WITHIN = """
CREATE FUNCTION rows_within(dispute bigint) RETURNS boolean LANGUAGE plpgsql STABLE SECURITY DEFINER AS $$
BEGIN
    IF coalesce(current_setting('app.partnership', true), '') = '' THEN
        RETURN false;
    END IF;
    RETURN EXISTS (
        SELECT FROM public.escalation_dispute d
        WHERE d.id = dispute AND d.partnership_id::text = current_setting('app.partnership', true)
            AND d.case_id <> ALL (nullif(current_setting('app.shut', true), '')::bigint[])
    );
END
$$;
"""

ALL = "(SELECT current_setting('app.acting', true)) = 'everything'"
LISTED = "{column} = ANY ((SELECT nullif(current_setting('app.disputes', true), ''))::bigint[])"
SHUT = "((SELECT nullif(current_setting('app.shut', true), ''))::bigint[])"
DISPUTE = (
    LISTED.format(column="id")
    + f" OR partnership_id::text = (SELECT current_setting('app.partnership', true)) AND case_id <> ALL ({SHUT})"
)
OF_A_DISPUTE = LISTED.format(column="dispute_id") + " OR rows_within(dispute_id)"
BELOW = "EXISTS (SELECT FROM {above} above WHERE above.id = {column})"

HANG_ON_A_DISPUTE = """
    accessgrant acknowledgement action advicerequest breakglass chronologyentry deadline debrief discussion disputelink
    disputestage duty engageddispute evidence exhaustionattestation feedback intentionnotice interimplan leadgap managerreview meeting
    outsideinvitation ownrecordattestation participant party personvoice point position raiserprotection safetyconfirmation sharing
    support withdrawalpressure
""".split()
FURTHER_DOWN = {
    "daterequest": ("escalation_deadline", "deadline_id"),
    "deadlinechange": ("escalation_deadline", "deadline_id"),
    "feedbackreceipt": ("escalation_feedback", "feedback_id"),
    "invitation": ("escalation_meeting", "meeting_id"),
    "outsideentry": ("escalation_outsideinvitation", "invitation_id"),
    "outsidemail": ("escalation_outsideinvitation", "invitation_id"),
    "outsidequestion": ("escalation_outsideinvitation", "invitation_id"),
    "outsideshare": ("escalation_outsideinvitation", "invitation_id"),
    "planreview": ("escalation_interimplan", "plan_id"),
    "pointview": ("escalation_point", "point_id"),
    "undelivered": ("escalation_notification", "notice_id"),
}
POLICIES = {
    "escalation_dispute": DISPUTE,
    **{f"escalation_{name}": OF_A_DISPUTE for name in HANG_ON_A_DISPUTE},
    "escalation_notification": f"dispute_id IS NULL OR {OF_A_DISPUTE}",
    **{f"escalation_{name}": BELOW.format(above=above, column=column) for name, (above, column) in FURTHER_DOWN.items()},
}

ON = "ALTER TABLE {table} ENABLE ROW LEVEL SECURITY; CREATE POLICY shown ON {table} USING ({all} OR {rows});"
OFF = "DROP POLICY shown ON {table}; ALTER TABLE {table} DISABLE ROW LEVEL SECURITY;"


def grant(apps, schema_editor):
    """The web's role alone may tell the connection who acts; it is whoever may read disputes without owning them."""
    with schema_editor.connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT grantee FROM information_schema.role_table_grants"
            " WHERE table_name = 'escalation_dispute' AND privilege_type = 'SELECT' AND grantee <> current_user"
        )
        for (role,) in cursor.fetchall():
            cursor.execute(f"GRANT EXECUTE ON FUNCTION act_as(bigint[], text[]) TO {schema_editor.quote_name(role)}")


class Migration(migrations.Migration):
    dependencies = [("escalation", "0020_protected_raisers"), ("cases", "0030_rows_of_cases")]

    operations = [
        migrations.RunSQL(ACT_AS, "DROP FUNCTION act_as(bigint[], text[])"),
        migrations.RunSQL(WITHIN, "DROP FUNCTION rows_within(bigint)"),
        migrations.RunPython(grant, migrations.RunPython.noop),
        *(
            migrations.RunSQL(ON.format(table=table, all=ALL, rows=rows), OFF.format(table=table))
            for table, rows in POLICIES.items()
        ),
    ]
