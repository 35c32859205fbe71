"""The pages on which people work a stage: each verb by its form, what was typed kept, nothing for those it is not for."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from cases.models import Appointment, AuditEvent
from escalation.actions.moves import withdraw
from escalation.models import Action, Dispute, Draft, Position
from escalation.models.dispute import Status
from tests.clock import Clock
from tests.factories import Cast
from tests.factories_disputes import climb, climb_to_last_stage, fresh, make_dispute, people_under

pytestmark = pytest.mark.django_db

DAY = {"day": "2", "month": "4", "year": "2026"}


def parts(name: str, **boxes: str) -> dict[str, str]:
    return {f"{name}_{part}": value for part, value in boxes.items()}


TALK = {"kind": "talk", "mode": "phone", "with_whom": "Jo Price, ward manager", "result": "No agreement yet."} | parts(
    "happened_at", time="09:30", **DAY
)
SAFE = {"answer": "safe", "how": "Seen on the ward at nine."}
VOICE = {"desired_outcomes": "To go home.", "told": "yes"}
GOOD: dict[str, tuple[str, dict[str, str]]] = {
    "record_discussion": ("discussions/record/", TALK),
    "state_position": ("positions/state/", {"text": "We hold that it is not safe.", "seen": "1.-1"}),
    "confirm_safety": ("safety/confirm/", SAFE),
    "record_voice": ("voice/record/", VOICE),
    "attest_own_record": ("own-record/attest/", {"own_reference": "LAS-1/7"} | parts("recorded_on", **DAY)),
    "attest_exhaustion": ("exhaustion/attest/", {"statement": "Two calls and one visit."}),
    "notify_intention": ("intention/notify/", {"text": "We intend to take this further."}),
    "offer_debrief": ("debrief/offer/", {"text": "Thursday at ten."}),
}
TOLD = {
    "record_discussion": "discussions",
    "state_position": "positions",
    "confirm_safety": "safety_confirmations",
    "record_voice": "voices",
    "attest_own_record": "own_records",
    "attest_exhaustion": "exhaustions",
    "notify_intention": "intentions",
}
EMPTY_SAYS = {
    "record_discussion": "Say what came of it, also when it was nothing",
    "state_position": "Write your agency’s position and the reasons for it",
    "confirm_safety": "Say whether the person is safe now",
    "record_voice": "Say whether the person knows that professionals disagree",
    "attest_own_record": "Give the reference under which it stands in your own system",
    "attest_exhaustion": "Say what was tried at this level, or why nothing more could be",
    "notify_intention": "Write what the other side is to know",
    "offer_debrief": "Say when and how the debrief can take place",
}
every_verb = pytest.mark.parametrize("name", sorted(GOOD))


@pytest.fixture
def people(now: datetime, clock: Clock) -> Cast:
    clock.move_to(now)
    return people_under("halton", now=now)


@pytest.fixture
def dispute(people: Cast, now: datetime) -> Dispute:
    return make_dispute(people, now=now)


def url(dispute: Dispute, path: str) -> str:
    return f"/disputes/{dispute.reference}/{path}"


def as_(client: Client, who: Appointment) -> Client:
    client.force_login(who.user)
    return client


@every_verb
def test_a_verb_asks_records_and_goes_back(client: Client, people: Cast, dispute: Dispute, name: str) -> None:
    path, answers = GOOD[name]
    page = as_(client, people.council.practitioner).get(url(dispute, path))
    assert page.status_code == 200
    before = dispute.chronology.count()
    response = client.post(url(dispute, path), answers)
    assert response.status_code == 302, response.content.decode()[-3000:]
    assert dispute.chronology.count() == before + 1
    if name in TOLD:
        assert getattr(dispute, TOLD[name]).count() >= 1


@every_verb
def test_an_empty_form_says_what_to_write_and_records_nothing(client: Client, people: Cast, dispute: Dispute, name: str) -> None:
    path, _ = GOOD[name]
    before = dispute.chronology.count()
    response = as_(client, people.council.practitioner).post(url(dispute, path), {"x": "1"})
    assert response.status_code == 200
    assert EMPTY_SAYS[name] in response.content.decode()
    assert dispute.chronology.count() == before


@every_verb
def test_a_stranger_finds_no_verb(client: Client, people: Cast, dispute: Dispute, name: str) -> None:
    path, answers = GOOD[name]
    before = dispute.chronology.count()
    as_(client, people.stranger)
    assert client.get(url(dispute, path)).status_code == 404
    assert client.post(url(dispute, path), answers).status_code == 404
    assert dispute.chronology.count() == before


@every_verb
def test_after_the_end_a_verb_is_refused(client: Client, people: Cast, dispute: Dispute, name: str, now: datetime) -> None:
    withdraw(dispute=dispute, reason="It is settled.", by=people.council.practitioner, now=now)
    path, answers = GOOD[name]
    before = dispute.chronology.count()
    as_(client, people.council.practitioner)
    if name == "offer_debrief":
        assert client.post(url(dispute, path), answers).status_code == 302
        return
    assert client.get(url(dispute, path)).status_code == 403
    assert client.post(url(dispute, path), answers).status_code == 403
    assert dispute.chronology.count() == before


def test_the_reply_moves_the_dispute(client: Client, people: Cast, dispute: Dispute) -> None:
    as_(client, people.health.practitioner)
    page = client.get(url(dispute, "positions/state/")).content.decode()
    assert "We keep to our decision" in page
    assert "We want to talk before we answer" in page
    assert "We hold that the decision is not safe" not in page
    answers = {"stance": "stands", "text": "The ward assessed her as able.", "seen": "1.-1"}
    assert client.post(url(dispute, "positions/state/"), answers).status_code == 302
    assert fresh(dispute).status == Status.IN_DISCUSSION
    assert dispute.positions.get().stance == "stands"


def test_two_colleagues_writing_one_position_are_shown_both_versions(client: Client, people: Cast, dispute: Dispute) -> None:
    client = as_(client, people.health.practitioner)
    client.post(url(dispute, "positions/state/"), {"stance": "talk", "text": "First words.", "seen": "1.-1"})
    late = {"stance": "stands", "text": "Second words.", "seen": "1.-1"}
    response = client.post(url(dispute, "positions/state/"), late)
    assert response.status_code == 409
    said = response.content.decode()
    assert "First words." in said
    assert "Second words." in said
    assert dispute.positions.get().text == "First words."
    again = client.post(url(dispute, "positions/state/"), late | {"seen": "1.0"})
    assert again.status_code == 302
    assert dispute.positions.get().text == "Second words."


def test_a_position_typed_at_an_ended_stage_is_kept_and_not_written_at_the_next(
    client: Client, people: Cast, dispute: Dispute, now: datetime
) -> None:
    climb(dispute, now=now)
    at_second_stage = Position.objects.filter(dispute=dispute, stage=2, agency=people.health.agency)
    response = as_(client, people.health.line_manager).post(
        url(dispute, "positions/state/"), {"stance": "stands", "text": "Typed for stage 1.", "seen": "1.-1"}
    )
    assert response.status_code == 409
    assert "Typed for stage 1." in response.content.decode()
    assert not at_second_stage.exists()


def test_a_manager_reviews_with_reasons(client: Client, people: Cast, dispute: Dispute, now: datetime) -> None:
    dispute = climb(dispute, now=now)
    as_(client, people.council.line_manager)
    assert client.get(url(dispute, "reviews/record/")).status_code == 200
    assert "Give your reasons" in client.post(url(dispute, "reviews/record/"), {"agrees": "yes"}).content.decode()
    response = client.post(url(dispute, "reviews/record/"), {"agrees": "no", "rationale": "The ward's reasons hold."})
    assert response.status_code == 302
    review = dispute.reviews.latest("pk")
    assert (review.agrees, review.rationale) == (False, "The ward's reasons hold.")
    assert "The ward&#x27;s reasons hold." in client.get(url(dispute, "positions/")).content.decode()


def test_a_practitioner_is_told_that_a_review_is_not_theirs(client: Client, people: Cast, dispute: Dispute) -> None:
    as_(client, people.council.practitioner)
    page = client.get(url(dispute, "reviews/record/"))
    assert page.status_code == 403
    assert "This is not yours to do now." in page.content.decode()
    assert client.post(url(dispute, "reviews/record/"), {"agrees": "yes", "rationale": "I say so."}).status_code == 403
    assert not dispute.reviews.exists()


def test_measures_need_an_owner_and_a_date(client: Client, people: Cast, dispute: Dispute) -> None:
    as_(client, people.council.practitioner)
    answers = {"answer": "with_measures", "how": "Seen today.", "measures": "Night sitter until Friday."}
    response = client.post(url(dispute, "safety/confirm/"), answers)
    assert "Say who looks after these measures." in response.content.decode()
    answers |= {"measures_owner": "Jo Price, ward manager"} | parts("review_on", day="10", month="4", year="2026")
    assert client.post(url(dispute, "safety/confirm/"), answers).status_code == 302
    page = client.get(url(dispute, "")).content.decode()
    assert "Yes, with measures in place" in page
    assert "Night sitter until Friday." in page
    assert "Fri 10 April 2026" in page


def test_feedback_reaches_the_originator_and_opening_marks_it_read(
    client: Client, people: Cast, dispute: Dispute, now: datetime
) -> None:
    dispute = climb(dispute, now=now)
    as_(client, people.council.line_manager)
    assert people.council.practitioner.user.name in client.get(url(dispute, "feedback/give/")).content.decode()
    answers = {"text": "Nothing was done: the ward is closed today.", "no_action": "on"}
    assert client.post(url(dispute, "feedback/give/"), answers).status_code == 302
    receipt = people.council.practitioner.feedback_receipts.latest("pk")
    assert receipt.read_at is None
    as_(client, people.council.practitioner)
    first, second = (client.get(url(dispute, "")).content.decode() for _ in range(2))
    assert "Nothing was done: the ward is closed today." in first
    assert "New</strong>" in first
    assert "New</strong>" not in second
    assert "No action was taken." in second
    receipt.refresh_from_db()
    assert receipt.read_at is not None


def test_actions_are_added_and_done_with_a_note(
    client: Client, people: Cast, dispute: Dispute, now: datetime, clock: Clock
) -> None:
    as_(client, people.council.practitioner)
    owner = str(people.health.practitioner.pk)
    answers = {"what": "Book the night sitter.", "owner": owner} | parts("due_on", day="7", month="4", year="2026")
    assert client.post(url(dispute, "actions/add/"), answers).status_code == 302
    action = Action.objects.get(dispute=dispute)
    assert "Book the night sitter." in client.get(url(dispute, "actions/")).content.decode()
    assert client.get(url(dispute, f"actions/{action.pk}/complete/")).status_code == 403
    clock.move_to(now + timedelta(days=8))
    as_(client, people.health.practitioner)
    assert "Late" in client.get(url(dispute, "actions/")).content.decode()
    path = url(dispute, f"actions/{action.pk}/complete/")
    assert client.get(path).status_code == 200
    assert "Say how it was done" in client.post(path, {"note": ""}).content.decode()
    assert client.post(path, {"note": "Booked by phone."}).status_code == 302
    assert "Booked by phone." in client.get(url(dispute, "actions/")).content.decode()
    assert client.post(path, {"note": "Again."}).status_code == 409
    assert client.get(url(dispute, f"actions/{2**70}/complete/")).status_code == 404


def test_somebody_who_is_not_on_it_cannot_own_an_action(client: Client, people: Cast, dispute: Dispute) -> None:
    as_(client, people.council.practitioner)
    answers = {"what": "Book it.", "owner": str(people.stranger.pk)} | parts("due_on", day="7", month="4", year="2026")
    assert client.post(url(dispute, "actions/add/"), answers).status_code == 200
    assert not Action.objects.exists()


def test_a_lead_brings_a_colleague_in(client: Client, people: Cast, dispute: Dispute, now: datetime) -> None:
    dispute = climb(dispute, now=now)
    colleague, stranger = people.council.senior_manager, people.stranger
    as_(client, people.council.line_manager)
    page = client.get(url(dispute, "people/bring-in/")).content.decode()
    assert colleague.user.name in page
    assert stranger.user.name not in page
    answers = {"who": str(colleague.pk), "reason": "Covers next week."}
    assert client.post(url(dispute, "people/bring-in/"), answers).status_code == 302
    assert dispute.participants.filter(appointment=colleague).exists()
    assert client.post(url(dispute, "people/bring-in/"), {"who": str(stranger.pk), "reason": "No."}).status_code == 200
    assert not dispute.participants.filter(appointment=stranger).exists()


@pytest.mark.parametrize("key", ["dundee", "south_lanarkshire"])
def test_a_stage_inside_one_agency_is_in_its_own_text_and_nowhere_for_the_other_side(
    client: Client, key: str, now: datetime, clock: Clock
) -> None:
    clock.move_to(now)
    people = people_under(key, now=now)
    dispute = make_dispute(people, now=now)
    while not dispute.rules_now.single_agency:
        dispute = climb(dispute, now=now)
    client = as_(client, people.council.practitioner)
    client.post(url(dispute, "discussions/record/"), TALK | {"result": "Only among ourselves."})
    client.post(url(dispute, "safety/confirm/"), SAFE | {"how": "Known only among ourselves."})
    assert "Only among ourselves." in client.get(url(dispute, "own-record/attest/")).content.decode()
    hides(client, dispute, people.health.practitioner)
    while dispute.rules_now.single_agency:
        dispute = climb(dispute, now=now)
    for participant in dispute.participants.filter(side="responding").select_related("appointment__user"):
        hides(client, dispute, participant.appointment)


def hides(client: Client, dispute: Dispute, who: Appointment) -> None:
    as_(client, who)
    for path in ("", "story/", "positions/", "actions/", "own-record/attest/", "exhaustion/attest/", "people/"):
        page = client.get(url(dispute, path))
        assert page.status_code in (200, 403), path
        assert "among ourselves" not in page.content.decode(), path


def test_what_is_typed_is_kept_and_gone_once_sent(client: Client, people: Cast, dispute: Dispute) -> None:
    as_(client, people.council.practitioner)
    keep = f"/drafts/{dispute.reference}/record_discussion/"
    typed = TALK | {"result": "Half a sen\x00tence", "csrfmiddlewaretoken": "x", "other": "y"}
    assert client.post(keep, typed).status_code == 204
    assert "other" not in Draft.objects.get().data
    client.logout()
    assert client.post(keep, typed).status_code == 302
    as_(client, people.council.practitioner)
    page = client.get(url(dispute, "discussions/record/")).content.decode()
    assert "Half a sentence" in page
    assert "What you typed here before" in page
    assert 'value="09:30"' in page
    assert client.post(url(dispute, "discussions/record/"), TALK).status_code == 302
    assert not Draft.objects.exists()
    assert "Half a sentence" not in client.get(url(dispute, "discussions/record/")).content.decode()


def test_what_was_typed_can_be_thrown_away(client: Client, people: Cast, dispute: Dispute) -> None:
    as_(client, people.council.practitioner)
    client.post(f"/drafts/{dispute.reference}/withdraw/", {"reason": "Never mind."})
    assert client.post(f"/drafts/{dispute.reference}/withdraw/discard/").status_code == 302
    assert not Draft.objects.exists()


def test_nothing_is_kept_for_a_form_that_does_not_exist_or_a_dispute_that_is_hidden(
    client: Client, people: Cast, dispute: Dispute
) -> None:
    as_(client, people.council.practitioner)
    assert client.post(f"/drafts/{dispute.reference}/nonsense/", {"a": "b"}).status_code == 404
    assert client.post(f"/drafts/{dispute.reference}/withdraw-x/", {"a": "b"}).status_code == 404
    as_(client, people.stranger)
    assert client.post(f"/drafts/{dispute.reference}/withdraw/", {"reason": "b"}).status_code == 404
    assert not Draft.objects.exists()


def test_reading_a_verbs_page_is_recorded_once_and_posting_is_not_reading(
    client: Client, people: Cast, dispute: Dispute
) -> None:
    reads = AuditEvent.objects.filter(action="case_read")
    as_(client, people.council.practitioner)
    client.get(url(dispute, "safety/confirm/"))
    assert reads.count() == 1
    client.post(url(dispute, "safety/confirm/"), SAFE)
    assert reads.count() == 1


@pytest.mark.parametrize("key", ["halton", "dundee", "luton", "south_lanarkshire"])
def test_every_tab_and_verb_opens_for_everybody_on_it_at_the_last_stage(
    client: Client, key: str, now: datetime, clock: Clock
) -> None:
    clock.move_to(now)
    people = people_under(key, now=now)
    dispute = climb_to_last_stage(make_dispute(people, now=now), now=now)
    paths: list[Any] = ["", "story/", "positions/", "actions/", "people/", "readers/", "stage/escalate/", "stage/jump/"]
    paths += ["withdrawal/withdraw/", "reviews/record/", "feedback/give/", *[path for path, _ in GOOD.values()]]
    for participant in fresh(dispute).participants.all():
        as_(client, participant.appointment)
        for path in paths:
            assert client.get(url(dispute, path)).status_code in (200, 403), (participant.appointment.described, path)
