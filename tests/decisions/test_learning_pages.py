"""Pages and API of what was learned, and that a body's list leads back to no dispute by word, number or address (F24)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from cases.models import Appointment
from cases.roles import Role
from decisions.actions import learning as actions
from decisions.actions.learning import Learned
from decisions.actions.learning_items import answer_item
from decisions.models import Learning, LearningItem
from escalation import leads
from escalation.models import Dispute, Notification
from escalation.protocol import Side
from tests.calling import signed_in
from tests.clock import Clock
from tests.factories import Cast, make_appointment
from tests.factories_decisions import with_last_word
from tests.factories_disputes import climb, fresh, make_dispute, people_under, publish, source_protocol
from tests.worlds import shared

pytestmark = pytest.mark.django_db
CANARY = "Margaret Elsworth"
PLAIN = "The discharge policy does not say who pays for nights."


@shared
def people(now: datetime, clock: Clock) -> Cast:
    clock.move_to(now)
    return people_under("halton", now=now)


@shared
def scrutineer(people: Cast) -> Appointment:
    return make_appointment(Role.INDEPENDENT_SCRUTINEER, partnership=people.partnership)


@shared
def dispute(people: Cast, scrutineer: Appointment, now: datetime) -> Dispute:
    made = climb(make_dispute(people, now=now), now=now)
    leads.join(made, people.council.line_manager, Side.RAISING, now=now)
    return fresh(made)


def as_(client: Client, who: Appointment) -> Client:
    client.force_login(who.user)
    return client


def written(dispute: Dispute, people: Cast, now: datetime) -> Learning:
    learned = Learned("policy_issue", f"{CANARY} waited. {PLAIN}", dispute.rules.categories[0].code)
    return actions.write_learning(dispute=dispute, learned=learned, by=people.council.practitioner, now=now)


def sent(dispute: Dispute, people: Cast, now: datetime) -> LearningItem:
    row = written(dispute, people, now)
    actions.prepare_learning(learning=row, text=PLAIN, body="", by=people.council.practitioner, now=now)
    return actions.send_learning(learning=row, by=people.council.line_manager, now=now)


def test_from_the_worry_to_the_result_by_pages(
    client: Client, dispute: Dispute, people: Cast, scrutineer: Appointment
) -> None:
    at = f"/disputes/{dispute.reference}/learning/"
    writer, manager = people.council.practitioner, people.council.line_manager
    assert "Nothing has been written down" in as_(client, writer).get(at).content.decode()
    said = {"kind": "policy_issue", "category": dispute.rules.categories[0].code, "text": f"{CANARY} waited. {PLAIN}"}
    assert "Choose what it is about" in client.post(f"{at}write/", said | {"category": ""}).content.decode()
    assert client.post(f"{at}write/", said).status_code == 302
    row = Learning.objects.get()
    page = client.get(f"{at}{row.pk}/prepare/").content.decode()
    assert "<mark>Margaret Elsworth" in page
    assert people.health.practitioner.user.name in page
    refused = client.post(f"{at}{row.pk}/prepare/", {"text": f"Mrs Elsworth waited. {PLAIN}"}).content.decode()
    assert "Take out what is marked" in refused
    assert "<mark>Elsworth" in refused
    assert client.post(f"{at}{row.pk}/prepare/", {"text": PLAIN}).status_code == 302
    assert client.get(f"{at}{row.pk}/check/").status_code == 403
    assert client.post(f"{at}{row.pk}/check/", {"seen": PLAIN, "verdict": "send"}).status_code == 403
    home = as_(client, manager).get("/").content.decode()
    assert f"{at}{row.pk}/check/" in home
    assert client.post(f"{at}{row.pk}/check/", {"seen": PLAIN, "verdict": "return"}).status_code == 200
    assert client.post(f"{at}{row.pk}/check/", {"seen": PLAIN, "verdict": "send"}).status_code == 302
    item = LearningItem.objects.get()
    body = f"/learning/{item.reference}/"
    assert body in as_(client, scrutineer).get("/").content.decode()
    assert "Give the day of the meeting" in client.post(body, {"result": "x"}).content.decode()
    day = {"meeting_on_day": "1", "meeting_on_month": "4", "meeting_on_year": "2026"}
    assert client.post(body, day | {"result": "It will say so."}).status_code == 302
    assert client.post(body, {"closing": "Section 4 says so."}).status_code == 302
    assert client.post(body, {"closing": "Again."}).status_code == 409
    page = as_(client, people.health.practitioner).get(at).content.decode()
    assert "It will say so." in page
    assert "Section 4 says so." in page


def everything_for(who: Appointment, item: LearningItem) -> str:
    """Every word, header and address that a reader of the body's list gets: pages, API, notices and mails."""
    client, api, seen = Client(), signed_in(who), []
    client.force_login(who.user)
    for url in ("/", "/learning/", f"/learning/{item.reference}/", "/notices/", "/account/reading/", "/learning/?state=open"):
        answer: Any = client.get(url)
        assert answer.status_code == 200, url
        main = answer.content.decode().partition("<main")[2].partition("</main>")[0]
        seen += [main, *(f"{name}: {value}" for name, value in answer.items())]
    for url in ("/api/learning/", f"/api/learning/{item.reference}/", "/api/notices/"):
        answer = api.get(url)
        assert answer.status_code == 200, url
        seen += [answer.content.decode(), *(f"{name}: {value}" for name, value in answer.items())]
    for notice in Notification.objects.filter(recipient=who):
        assert notice.dispute_id is None
        seen += [notice.text, notice.mail_text, notice.key]
    return "\n".join(seen)


def test_nothing_leads_back_to_the_dispute(dispute: Dispute, people: Cast, scrutineer: Appointment, now: datetime) -> None:
    item = sent(dispute, people, now)
    answer_item(item=item, meeting_on=now.date() + timedelta(days=7), result="", by=scrutineer, now=now)
    seen = everything_for(scrutineer, item)
    stage = dispute.rules_now
    names = [who.user.name for who in (people.council.practitioner, people.council.line_manager, people.health.practitioner)]
    parties = (people.council.agency, people.health.agency)
    agencies = [name for agency in parties for name in (agency.name, agency.short_name, agency.key)]
    hidden = [dispute.reference, dispute.case.reference, dispute.title, CANARY, "Elsworth", stage.name, *names, *agencies]
    for word in hidden:
        assert word not in seen, word
    page = Client()
    page.force_login(scrutineer.user)
    assert "2 April 2026" not in page.get(f"/learning/{item.reference}/").content.decode()
    assert item.text in seen
    api = signed_in(scrutineer).get(f"/api/learning/{item.reference}/").json()
    assert set(api) == {
        "reference", "body", "kind", "category", "stage", "text", "month", "due_on", "meeting_on", "result", "result_on",
        "closed_on", "closing",
    }
    assert (api["stage"], api["month"]) == ("", "2026-04-01")
    assert str(now.date()) not in str(api)
    client = Client()
    client.force_login(scrutineer.user)
    for url in (f"disputes/{dispute.reference}", f"disputes/{dispute.reference}/learning", f"cases/{dispute.case.reference}"):
        assert client.get(f"/{url}/").status_code == 404
    assert not any(field.related_model is Dispute for field in LearningItem._meta.get_fields())


def test_references_follow_neither_time_nor_number(people: Cast, scrutineer: Appointment, now: datetime) -> None:
    made = []
    for days in range(4):
        one = make_dispute(people, now=now)
        leads.join(one, people.council.line_manager, Side.RAISING, now=now)
        made.append(sent(fresh(one), people, now + timedelta(days=days)).reference)
    assert len(set(made)) == 4
    listed = [row["reference"] for row in signed_in(scrutineer).get("/api/learning/").json()["results"]]
    assert listed == sorted(made)


def test_the_stage_is_told_once_enough_disputes_reached_it(people: Cast, scrutineer: Appointment, now: datetime) -> None:
    disputes = [make_dispute(people, now=now) for _ in range(5)]
    leads.join(disputes[0], people.council.line_manager, Side.RAISING, now=now)
    assert sent(fresh(disputes[0]), people, now).stage == disputes[0].rules.stage(1).label


def test_who_reads_a_list_and_who_does_not(
    client: Client, dispute: Dispute, people: Cast, scrutineer: Appointment, now: datetime
) -> None:
    item = sent(dispute, people, now)
    elsewhere = people_under("luton", now=now)
    other = make_appointment(Role.INDEPENDENT_SCRUTINEER, partnership=elsewhere.partnership)
    for who in (people.chair, people.stranger, people.council.practitioner, other, elsewhere.board_manager):
        assert as_(client, who).get(f"/learning/{item.reference}/").status_code == 404
        assert item.reference not in client.get("/learning/").content.decode()
        assert signed_in(who).get(f"/api/learning/{item.reference}/").status_code == 404
        assert signed_in(who).post(f"/api/learning/{item.reference}/", {"meeting_on": "2026-05-01"}).status_code == 404
        assert signed_in(who).get("/api/learning/").json()["results"] == []
    for who in (scrutineer, people.board_manager):
        assert item.reference in as_(client, who).get("/learning/").content.decode()
    assert as_(client, people.auditor).get(f"/learning/{item.reference}/").status_code == 200
    assert client.post(f"/learning/{item.reference}/", {"result": "x"}).status_code == 403
    assert signed_in(people.auditor).post(f"/api/learning/{item.reference}/", {"meeting_on": "2026-05-01"}).status_code == 403
    item.refresh_from_db()
    assert item.meeting_on is None


def test_what_is_late_is_red_and_counted(
    client: Client, dispute: Dispute, people: Cast, scrutineer: Appointment, now: datetime, clock: Clock
) -> None:
    item = sent(dispute, people, now)
    answer_item(item=item, meeting_on=now.date(), result="", by=scrutineer, now=now)
    page = as_(client, scrutineer).get("/learning/").content.decode()
    assert "To meeting" in page
    assert "Policy issues" in page
    clock.move_to(now + timedelta(days=3))
    page = as_(client, scrutineer).get("/learning/").content.decode()
    assert "govuk-tag--red" in page
    assert "no result yet" in page


def test_the_same_by_json(dispute: Dispute, people: Cast, scrutineer: Appointment, now: datetime) -> None:
    at, writer, manager = f"/api/disputes/{dispute.reference}/learning/", people.council.practitioner, people.council.line_manager
    said: dict[str, Any] = {"kind": "learning", "category": dispute.rules.categories[0].code, "text": f"{CANARY} waited. {PLAIN}"}
    said |= {"change": "A list of who pays.", "owner": manager.pk, "due_on": str(now.date())}
    assert signed_in(people.stranger).post(at, said).status_code == 404
    assert signed_in(writer).post(at, said | {"due_on": None}).status_code == 400
    assert signed_in(writer).post(at, said, format="json").status_code == 201
    learned = Learning.objects.get()
    assert signed_in(writer).post(f"{at}{learned.pk}/prepare/", {"text": PLAIN}).status_code == 400
    assert signed_in(manager).post(f"{at}{learned.pk}/change/", {"note": "It hangs there."}).status_code == 200
    row = written(dispute, people, now)
    assert signed_in(writer).post(f"{at}{row.pk}/prepare/", {"text": row.text}).status_code == 400
    assert signed_in(writer).post(f"{at}{row.pk}/prepare/", {"text": PLAIN}).status_code == 200
    assert signed_in(writer).post(f"{at}{row.pk}/check/", {"send": True}).status_code == 403
    assert signed_in(manager).post(f"{at}{row.pk}/check/", {"send": False, "reason": "Which policy?"}).status_code == 200
    assert signed_in(writer).post(f"{at}{row.pk}/prepare/", {"text": PLAIN}).status_code == 200
    answer = signed_in(manager).post(f"{at}{row.pk}/check/", {"send": True, "seen": PLAIN})
    assert answer.json()["state"] == "With the body"
    item = f"/api/learning/{LearningItem.objects.get().reference}/"
    assert signed_in(scrutineer).post(item, {}).status_code == 400
    assert signed_in(scrutineer).post(item, {"meeting_on": str(now.date()), "result": "Yes."}).status_code == 200
    assert signed_in(scrutineer).post(item, {"closing": "Done."}).json()["closed_on"] == str(now.date())
    assert signed_in(scrutineer).post(item, {"closing": "Done."}).status_code == 409
    assert {one["result"] for one in signed_in(people.health.practitioner).get(at).json()} == {"", "Yes."}


def test_the_gate_of_the_closure_is_told_before_the_click(client: Client, people: Cast, now: datetime) -> None:
    closure = source_protocol("halton").closure.model_copy(update={"learning_required": True})
    publish(people.partnership, "halton", now=now, closure=closure, version="9")
    dispute = with_last_word(make_dispute(people, now=now), now=now)
    by, at = people.council.senior_manager, reverse("confirm_outcome", args=[dispute.reference])
    page = as_(client, by).get(at).content.decode()
    assert "Before your agency can confirm the end" in page
    assert reverse("write_learning", args=[dispute.reference]) in page
    summary = client.get(f"/disputes/{dispute.reference}/").content.decode()
    assert "Write down what was learned, or that there is nothing new" in summary
    assert client.post(at, {"accepts": "yes", "text": "We will.", "seen": dispute.token}).status_code == 409
    shut = signed_in(by).get(f"/api/disputes/{dispute.reference}/").json()
    assert "confirm" in str(shut)
    confirm = f"/api/disputes/{dispute.reference}/outcome/confirm/"
    assert signed_in(by).post(confirm, {"accepts": True, "text": "Yes"}).status_code == 409
    actions.write_learning(dispute=fresh(dispute), learned=Learned("nothing", "Known before."), by=by, now=now)
    assert client.post(at, {"accepts": "yes", "text": "We will.", "seen": dispute.token}).status_code == 302
