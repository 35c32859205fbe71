"""A theme in documents, decision records, referral and API: it says theme where others say initials, and names nobody."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from cases.errors import Refused
from cases.models import Case, Person
from cases.roles import Nation
from decisions.exports import assemble, fingerprint
from decisions.exports.page import as_pdf
from decisions.models import Export
from escalation.actions import positions
from escalation.actions.protocols import publish_protocol
from escalation.models import Dispute
from escalation.models.dispute import Status
from escalation.protocol_files import load, loads
from tests.calling import Caller, one, signed_in
from tests.clock import Clock
from tests.decisions.reading import text_of
from tests.escalation.test_protocol_tracks import FILE, TEXT
from tests.factories import Cast, cast, make_partnership
from tests.factories_decisions import confirm_all, give_last_word, make_record, refer
from tests.factories_disputes import climb_to_last_stage, fresh, make_theme
from tests.worlds import shared

pytestmark = pytest.mark.django_db

GIVEN: dict[str, Any] = {
    "track": "system", "theme": "Weekend discharges", "decision_disputed": "Letters come after the weekend.",
    "worry": "Care starts two days late.", "proposed_resolution": "A shared inbox.",
    "concern_arose_at": "2026-04-01T09:00:00+01:00", "ground": "practice", "subject": "pattern",
}  # fmt: skip


@shared
def people(clock: Clock, now: datetime) -> Cast:
    """The cast of a partnership with three tracks."""
    clock.move_to(now)
    made = cast(make_partnership("saltmarsh", reference_prefix="SAL", nation=Nation.ENGLAND_AND_WALES))
    publish_protocol(partnership=made.partnership, document=load(FILE), by=None, now=now)
    return made


def closed(people: Cast, now: datetime) -> Dispute:
    dispute = make_theme(people, now=now)
    positions.state_position(
        dispute=dispute, by=people.health.senior_manager, now=now + timedelta(days=1), stance="stands", text="It is rare."
    )
    dispute = climb_to_last_stage(fresh(dispute), now=now + timedelta(days=2))
    refer(dispute, now=now + timedelta(days=3))
    give_last_word(dispute, now=now + timedelta(days=4))
    return confirm_all(dispute, now=now + timedelta(days=5))


def test_its_documents_say_theme_and_nothing_of_a_person(people: Cast, now: datetime) -> None:
    dispute = closed(people, now)
    assert dispute.status == Status.CLOSED
    for kind in (Export.Kind.CASE_HISTORY, Export.Kind.REFERRAL):
        by = people.council.senior_manager
        bundle = assemble(fresh(dispute), kind=kind, reason="For the board.", by=by, now=now + timedelta(days=6))
        said = str(bundle)
        assert "Weekend discharges" in said
        assert "Letters" in said or "letters" in said
        keys = {section["key"] for section in bundle["sections"]}
        assert not keys & {"safety", "voice", "risk"}
        for word in ("Date of birth", "Is the person safe", "Capacity", "The person's address"):
            assert word not in said, (kind, word)
        pdf = " ".join(text_of(as_pdf(bundle, fingerprint(bundle)).content).split())
        assert "Weekend discharges" in pdf
        assert "Is the person safe" not in pdf
    history = assemble(
        fresh(dispute), kind=Export.Kind.CASE_HISTORY, reason="For the board.", by=people.auditor, now=now + timedelta(days=6)
    )
    assert "How agencies work together" in str(history)


def test_every_page_of_it_can_be_read(client: Client, people: Cast, now: datetime) -> None:
    dispute = make_theme(people, now=now)
    who = people.council.senior_manager
    client.force_login(who.user)
    for tab in ("", "story/", "positions/", "decisions/", "actions/", "people/", "documents/", "readers/", "dates/", "points/"):
        page = client.get(f"/disputes/{dispute.reference}/{tab}")
        assert page.status_code in (200, 404), (tab, page.status_code)
        assert "Is the person safe" not in page.content.decode(), tab
    form = client.get(f"/disputes/{dispute.reference}/decisions/new/").content.decode()
    assert "How would you say it to anybody" in form
    assert "7. A summary that anybody can follow" in form
    own = client.get(f"/disputes/{dispute.reference}/own-record/attest/").content.decode()
    assert "Theme: Weekend discharges" in own
    for path in ("/", "/disputes/", "/disputes/?stage=system.1", "/cases/", f"/cases/{dispute.case.reference}/"):
        assert client.get(path).status_code == 200
    assert dispute.reference in client.get("/disputes/?stage=system.1").content.decode()
    assert dispute.reference not in client.get("/disputes/?stage=children.1").content.decode()


def test_it_is_raised_read_and_refused_by_the_api(people: Cast, now: datetime) -> None:
    caller = Caller(people.council.senior_manager)
    given = GIVEN | {"responding": [people.health.agency.key]}
    made = caller.post("disputes/", given, key="monday")
    assert caller.post("disputes/", given, key="monday")["reference"] == made["reference"]
    assert (Dispute.objects.count(), Case.objects.count(), Person.objects.count()) == (1, 1, 0)
    assert (made["track"], made["content"]["theme"], made["title"]) == ("system", "Weekend discharges", "Weekend discharges")
    assert not {"confirm_safety", "record_voice", "open_plan"} & set(made["acts"])
    [case] = caller.get("cases/")["results"]
    assert (case["initials"], case["theme"]) == ("Theme", "Weekend discharges")
    assert caller.get(f"cases/{case['reference']}/")["person"] is None
    again = caller.post("disputes/", given | {"case": case["reference"], "theme": ""})
    assert again["content"]["case"] == case["reference"]
    client = signed_in(people.council.senior_manager)
    for change, field in (
        ({"track": ""}, "track"), ({"track": "elderly"}, "track"), ({"worry": "Born 3 June 1941"}, "worry"),
        ({"persons_view": "To go home."}, "persons_view"), ({"theme": " "}, "case"), ({"track": "adults"}, "subject"),
    ):  # fmt: skip
        answer = client.post("/api/disputes/", given | change, format="json")
        assert answer.status_code == 400, (change, answer.data)
        assert field in str(answer.data), (change, answer.data)
    dispute = Dispute.objects.get(reference=made["reference"])
    voice = client.post(one(dispute, "voice/"), {"desired_outcomes": "To go home.", "told": "yes"}, format="json")
    safety = client.post(one(dispute, "safety/"), {"answer": "safe", "how": "Seen."}, format="json")
    assert {voice.status_code, safety.status_code} <= {403, 404, 405}
    assert (Dispute.objects.count(), Case.objects.count()) == (2, 1)


def test_a_decision_record_of_it_names_nobody(people: Cast, now: datetime) -> None:
    dispute, by = make_theme(people, now=now), people.council.senior_manager
    with pytest.raises(Refused, match="like an NHS or CHI number") as refused:
        make_record(dispute, by, now=now, evidence="As with 943 476 5919.")
    assert refused.value.field == "evidence"
    assert make_record(dispute, by, now=now).dispute == dispute


def test_it_did_not_hold(client: Client, people: Cast, now: datetime, clock: Clock) -> None:
    newer = loads(TEXT.replace("    closure: {reopen_within_days: 0}\n", ""))
    publish_protocol(partnership=people.partnership, document=newer, by=None, now=now)
    dispute = closed(people, now)
    clock.move_to(now + timedelta(days=7))
    client.force_login(people.council.senior_manager.user)
    here = f"/disputes/{dispute.reference}/reopening/reopen/"
    page = client.get(here).content.decode()
    assert "What did not hold?" in page
    assert "Is the person safe now?" not in page
    noticed = {"noticed_at_day": "8", "noticed_at_month": "4", "noticed_at_year": "2026", "noticed_at_time": "09:00"}
    answer = client.post(here, {"reason": "Late again.", "proposed_resolution": "Saturdays.", **noticed})
    assert answer.status_code == 302, answer.content.decode()[:3000]
    made = Dispute.objects.order_by("-pk").first()
    assert made is not None
    assert (made.track, made.case_id) == ("system", dispute.case_id)
