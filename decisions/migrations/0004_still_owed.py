"""Who still owes something on which dispute, or was newly told of it: an end takes no access away from them (docs/adr/0018)."""

from django.db import migrations

# A stand-in's appointment is that of the place they take.
SEAT = "coalesce(who.in_place_of_id, who.id)"
MAKE = f"""
CREATE VIEW escalation_stillowed (appointment_id, dispute_id, until) AS
-- what somebody agreed to do
SELECT owner_id, dispute_id, NULL::timestamptz FROM escalation_action WHERE done_at IS NULL
UNION ALL
-- a debrief offered to them
SELECT place.appointment_id, offered.dispute_id, NULL FROM escalation_debrief offered
JOIN escalation_participant place ON place.id = offered.participant_id WHERE offered.answer = ''
UNION ALL
-- feedback that came to them, for as long as the dispute itself would have stayed open
SELECT receipt.recipient_id, feedback.dispute_id, feedback.recorded_at + interval '28 days'
FROM escalation_feedbackreceipt receipt JOIN escalation_feedback feedback ON feedback.id = receipt.feedback_id
UNION ALL
-- feedback, a debrief or learning that their agency owes and they answer for, or that those with the last word owe
SELECT place.appointment_id, duty.dispute_id, NULL FROM escalation_duty duty
JOIN escalation_dispute dispute ON dispute.id = duty.dispute_id AND dispute.status = 'closed'
JOIN escalation_participant place ON place.dispute_id = duty.dispute_id AND place.handed_to_id IS NULL
JOIN cases_appointment who ON who.id = place.appointment_id
WHERE duty.done_at IS NULL AND duty.kind IN ('feedback_given', 'debrief_offered', 'learning_recorded')
AND duty.role IN ('', who.role) AND CASE WHEN duty.agency_id IS NULL THEN place.side = 'authority' ELSE
    duty.agency_id = coalesce(place.acts_for_id, who.agency_id) AND place.side <> 'authority'
    AND who.role IN ('line_manager', 'safeguarding_lead', 'senior_manager', 'board_representative') END
UNION ALL
-- what an outcome left open and they pursue
SELECT issue.owner_id, outcome.dispute_id, NULL FROM decisions_outstandingissue issue
JOIN decisions_outcome outcome ON outcome.id = issue.outcome_id
WHERE issue.done_at IS NULL AND outcome.contested_at IS NULL
UNION ALL
-- what changes after something was learned, and they see to it
SELECT owner_id, dispute_id, NULL FROM decisions_learning WHERE owner_id IS NOT NULL AND done_at IS NULL
UNION ALL
-- a text for a body that came back to them
SELECT {SEAT}, learning.dispute_id, NULL FROM decisions_learning learning
JOIN cases_appointment who ON who.id = learning.prepared_by_id WHERE learning.returned_reason <> '' AND learning.item_id IS NULL
UNION ALL
-- a text for a body that waits for a second person
SELECT place.appointment_id, learning.dispute_id, NULL FROM decisions_learning learning
JOIN escalation_participant place ON place.dispute_id = learning.dispute_id AND place.handed_to_id IS NULL
JOIN cases_appointment who ON who.id = place.appointment_id
JOIN cases_appointment writer ON writer.id = learning.prepared_by_id
WHERE learning.prepared_at IS NOT NULL AND learning.checked_at IS NULL AND learning.returned_reason = ''
AND who.role <> 'practitioner' AND who.user_id <> writer.user_id
UNION ALL
-- a matter on the list of a further body, whose result they report
SELECT {SEAT}, item.dispute_id, NULL FROM decisions_onwarditem item
JOIN cases_appointment who ON who.id = item.created_by_id WHERE item.result_at IS NULL
UNION ALL
SELECT place.appointment_id, item.dispute_id, NULL FROM decisions_onwarditem item
JOIN escalation_participant place ON place.dispute_id = item.dispute_id AND place.side = 'authority'
WHERE item.result_at IS NULL
"""  # noqa: S608 (our own names)


class Migration(migrations.Migration):
    dependencies = [
        ('decisions', '0003_learning'),
        ('escalation', '0017_access_grants'),
        ('cases', '0014_restricted_cases'),
    ]
    operations = [migrations.RunSQL(MAKE, "DROP VIEW escalation_stillowed")]
