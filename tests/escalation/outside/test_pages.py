"""The pages for somebody outside and for whoever asks them: nothing is told to those who must not know, nothing typed is lost."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from cases.models import AuditEvent
from decisions.exports import assemble
from escalation import leads
from escalation.actions import outside, outside_answers
from escalation.actions.evidence import HandedIn, add_evidence
from escalation.models import Dispute, Evidence, OutsideInvitation
from escalation.protocol import Side
from tests.calling import one, signed_in
from tests.clock import Clock
from tests.escalation.home_pages import block_of, see
from tests.escalation.outside.steps import (
    ANSWERS,
    EMAIL,
    NAME,
    QUESTIONS,
    SHARED,
    comes_in,
    form_of,
    invited,
    let_in,
    newest_mail,
    token_in,
)
from tests.factories import Cast
from tests.factories_disputes import fresh
from tests.test_reads import refused_by_the_database

pytestmark = pytest.mark.django_db
ANSWERED = {f"answer_{number}": text for number, text in ANSWERS.items()}


def words(answer: Any) -> str:
    """A page without what differs from one request to the next."""
    text = answer.content.decode()
    return re.sub(r'(nonce="[^"]*"|name="(csrfmiddlewaretoken|once)" value="[^"]*"|/outside/[\w-]{43}/)', "", text)


def clean_file(dispute: Dispute, people: Cast, now: datetime) -> Evidence:
    chart = HandedIn(b"Seen at nine.", "chart.txt", "The ward chart of 1 April.")
    row = add_evidence(dispute=dispute, handed_in=chart, by=people.council.practitioner, now=now)
    row.state, row.scanner, row.scanned_at, row.next_scan_at = Evidence.State.CLEAN, "ClamAV", now, None
    row.save()
    return row


def test_asked_by_the_page_answered_from_outside_read_by_those_at_the_stage(
    client: Client, dispute: Dispute, people: Cast, now: datetime
) -> None:
    here, by = f"/disputes/{dispute.reference}/", people.council.practitioner
    client.force_login(by.user)
    assert f"{here}outside/invite/" in client.get(here).content.decode()
    typed = form_of(now.date() + timedelta(days=7), sharing_consent="refuses")
    assert "Say why it is shared although" in client.post(f"{here}outside/invite/", typed).content.decode()
    asking = client.post(f"{here}outside/invite/", typed | {"sharing_why": "She is not safe."})
    assert (asking.status_code, asking["Location"]) == (302, f"{here}outside/")
    assert NAME in client.get(f"{here}outside/").content.decode()
    out = Client()
    comes_in(out, token_in(newest_mail()))
    page = out.get("/outside/").content.decode()
    for shown in (SHARED, *QUESTIONS, by.described, "What for"):
        assert shown.replace("’", "&#x27;") in page, shown
    for hidden in (dispute.title, dispute.worry, "Discharge home", "Service navigation", "Sign in", "/disputes/"):
        assert hidden not in page, hidden
    assert out.post("/outside/", ANSWERED).status_code == 302
    assert "Your answer has been sent" in out.get("/outside/").content.decode()
    client.force_login(people.health.practitioner.user)
    assert ANSWERS[2] in client.get(f"{here}story/").content.decode()
    assert ANSWERS[2] in client.get(f"{here}outside/").content.decode()
    assert EMAIL not in client.get(f"{here}outside/").content.decode()


def test_no_link_and_no_code_tells_whether_it_was_ever_open(
    asked: OutsideInvitation, token: str, people: Cast, now: datetime, clock: Clock
) -> None:
    def seen(link: str) -> list[tuple[int, str, str]]:
        out = Client()
        answers: list[Any] = [
            out.get(f"/outside/{link}/"), out.post(f"/outside/{link}/"), out.get(f"/outside/{link}/code/"),
            out.post(f"/outside/{link}/code/", {"code": "000000"}),
        ]  # fmt: skip
        return [(one.status_code, words(one), re.sub(r"[\w-]{43}", "", one.get("Location", ""))) for one in answers]

    never = seen("x" * 43)
    assert seen(token) == never
    outside.take_back(invitation=asked, why="The wrong home.", by=people.council.practitioner, now=now)
    assert seen(token) == never
    other = token_in(_another(asked.dispute, people, now))
    clock.move_to(now + timedelta(days=20))
    assert seen(other) == never


def _another(dispute: Dispute, people: Cast, now: datetime) -> str:
    invited(fresh(dispute), people.council.practitioner, now)
    return newest_mail()


def test_inside_means_nothing_anywhere_else(
    asked: OutsideInvitation, token: str, dispute: Dispute, now: datetime
) -> None:
    out = Client()
    comes_in(out, token)
    for url in (
        "/",
        "/disputes/",
        f"/disputes/{dispute.reference}/",
        f"/cases/{dispute.case.reference}/",
        "/directory/",
    ):
        answer = out.get(url)
        assert answer.status_code == 302, url
        assert answer["Location"].startswith("/account/login/"), url
    assert out.get(f"/api/disputes/{dispute.reference}/").status_code == 401
    assert "sessionid" not in out.cookies
    cookie = out.cookies["outside"]
    assert (cookie["httponly"], cookie["samesite"], cookie["max-age"]) == (True, "Strict", "")
    assert "no-store" in out.get("/outside/")["Cache-Control"]


def test_whoever_is_signed_in_beside_it_is_nobody_there(
    client: Client, people: Cast, token: str, now: datetime
) -> None:
    client.force_login(people.chair.user)
    comes_in(client, token)
    page = client.get("/outside/").content.decode()
    assert people.chair.user.name not in page
    assert "My work" not in page


def test_what_is_wrong_or_too_late_is_kept(token: str, now: datetime, clock: Clock) -> None:
    out = Client()
    comes_in(out, token)
    half = out.post("/outside/", {"answer_1": ANSWERS[1], "answer_2": " "})
    assert half.status_code == 200
    assert "or that you do not know" in half.content.decode()
    assert ANSWERS[1] in half.content.decode()
    clock.advance(minutes=31)
    late = out.post("/outside/", ANSWERED)
    assert (late.status_code, "This page is closed" in late.content.decode()) == (403, True)
    comes_in(out, token)
    assert ANSWERS[2] in out.get("/outside/").content.decode()
    long = out.post("/outside/", {"answer_1": "x" * 10_001, "answer_2": "before\x00after"})
    assert long.status_code == 200
    assert long.content.decode().count("govuk-error-message") == 2


def test_what_is_no_code_is_told_at_its_box(token: str) -> None:
    for typed in ("", "12345", "1234567", "abcdef", "\x00" * 6, "9" * 400):
        answer = Client().post(f"/outside/{token}/code/", {"code": typed})
        assert answer.status_code == 200
        assert "govuk-error-message" in answer.content.decode()


def test_only_files_chosen_and_found_clean_leave(client: Client, dispute: Dispute, people: Cast, now: datetime) -> None:
    chosen, by = clean_file(dispute, people, now), people.council.practitioner
    other = add_evidence(dispute=dispute, handed_in=HandedIn(b"No.", "n.txt", "Another."), by=by, now=now)
    client.force_login(by.user)
    page = client.get(f"/disputes/{dispute.reference}/outside/invite/").content.decode()
    assert chosen.label in page
    assert other.label not in page
    out = Client()
    row = invited(dispute, by, now, files=(chosen,))
    comes_in(out, token_in(newest_mail()))
    share = row.shares.get()
    answer: Any = out.get(f"/outside/files/{share.pk}/")
    assert b"".join(answer.streaming_content) == b"Seen at nine."
    assert "chart" not in answer["Content-Disposition"]
    assert AuditEvent.objects.filter(action="outside_took_file").count() == 1
    assert out.get(f"/outside/files/{share.pk + 1}/").status_code == 404
    assert Client().get(f"/outside/files/{share.pk}/").status_code == 404
    chosen.withdrawn_at, chosen.withdrawn_by, chosen.withdrawn_why = now, by, "The wrong chart."
    chosen.save()
    assert out.get(f"/outside/files/{share.pk}/").status_code == 404


def test_what_cannot_be_written_down_is_not_shown(token: str) -> None:
    out = Client()
    comes_in(out, token)
    revoked = ("REVOKE INSERT ON cases_auditevent FROM escalation_web", "GRANT INSERT ON cases_auditevent TO escalation_web")
    with refused_by_the_database(*revoked):
        answer = out.get("/outside/")
    assert (answer.status_code, SHARED in answer.content.decode()) == (503, False)


def test_closed_by_themselves(token: str, now: datetime) -> None:
    out = Client()
    comes_in(out, token)
    key = out.cookies["outside"].value
    assert out.post("/outside/leave/")["Location"] == "/outside/closed/"
    assert out.get("/outside/closed/").status_code == 200
    out.cookies["outside"] = key
    assert out.get("/outside/").status_code == 403


def test_without_its_csrf_token_nothing_is_sent(token: str, now: datetime) -> None:
    out = Client(enforce_csrf_checks=True)
    assert out.post(f"/outside/{token}/").status_code == 403
    assert out.post("/outside/", ANSWERED).status_code == 403


def test_too_many_from_one_address_wait(token: str, settings: Any) -> None:
    settings.ACCOUNT_RATE_LIMITS = {"outside_code": "2/m/ip", "outside_try": "2/m/ip"}
    out = Client(REMOTE_ADDR="192.0.2.77")
    for link in (token, "x" * 43):
        assert out.post(f"/outside/{link}/").status_code == 302
        assert out.post(f"/outside/{link}/code/", {"code": "123456"}).status_code == 200
    assert out.post(f"/outside/{token}/").status_code == 429
    assert out.post(f"/outside/{'x' * 43}/code/", {"code": "123456"}).status_code == 429


def test_looked_after_by_whoever_asked_and_nobody_of_the_other_side(
    client: Client, asked: OutsideInvitation, dispute: Dispute, people: Cast
) -> None:
    here = f"/disputes/{dispute.reference}/outside/"
    client.force_login(people.health.practitioner.user)
    assert "Send the link again" not in client.get(here).content.decode()
    assert client.get(f"{here}{asked.pk}/take-back/").status_code == 403
    client.post(f"{here}{asked.pk}/send-again/")
    assert asked.mails.count() == 1
    client.force_login(people.council.practitioner.user)
    assert "Send the link again" in client.get(here).content.decode()
    assert client.post(f"{here}{asked.pk}/send-again/").status_code == 302
    assert asked.mails.count() == 2
    assert client.post(f"{here}{asked.pk}/take-back/", {"why": "Answered by phone."}).status_code == 302
    assert "Answered by phone." in client.get(here).content.decode()
    assert client.get(f"{here}999999/take-back/").status_code == 404


def test_a_program_asks_and_reads_the_same_and_never_the_address(
    dispute: Dispute, people: Cast, now: datetime
) -> None:
    by, said = people.council.practitioner, form_of(now.date())
    given = {name: said[name] for name in ("organisation", "name", "email", "purpose", "shared")}
    program = signed_in(by)
    asked = given | {"questions": list(QUESTIONS), "sharing_basis": "care"}
    made = program.post(one(dispute, "outside/"), asked, format="json")
    assert made.status_code == 201, made.data
    found = signed_in(people.health.practitioner).get(one(dispute, "outside/"))
    assert [(row["name"], row["basis"], row["consent"]) for row in found.data] == [(NAME, "care", "not_asked")]
    assert EMAIL not in found.content.decode()
    refused = program.post(one(dispute, "outside/"), given | {"questions": ["Who?"], "files": [1]}, format="json")
    assert (refused.status_code, refused.data["field"]) == (400, "files")
    assert program.post(one(dispute, f"outside/{made.data['id']}/send-again/")).status_code == 200
    back = program.post(one(dispute, f"outside/{made.data['id']}/take-back/"), {"why": "Answered by phone."})
    assert back.data["ended_how"] == "taken_back"


def test_the_history_and_the_list_of_readers_know_of_them(
    client: Client, asked: OutsideInvitation, token: str, dispute: Dispute, people: Cast, now: datetime
) -> None:
    out, by = Client(), people.council.line_manager
    leads.join(dispute, by, Side.RAISING, now=now)
    comes_in(out, token)
    out.get("/outside/")
    out.post("/outside/", ANSWERED)
    bundle = str(assemble(fresh(dispute), kind="case_history", reason="For our file.", by=by, now=now))
    for word in (NAME, SHARED, ANSWERS[2], QUESTIONS[0], "outside the partnership: once"):
        assert word in bundle, word
    assert EMAIL not in bundle
    client.force_login(by.user)
    assert NAME in client.get(f"/disputes/{dispute.reference}/readers/").content.decode()


def test_my_work_says_until_when_they_can_answer_and_then_that_an_answer_waits_to_be_read(
    client: Client, asked: OutsideInvitation, token: str, dispute: Dispute, people: Cast, now: datetime
) -> None:
    by, here = people.council.practitioner, f"/disputes/{dispute.reference}/outside/"
    page = see(client, by)
    awaited = block_of(page, "outside")
    assert page.index("block-waiting") < page.index("block-outside")
    assert f"You asked {NAME}" in awaited
    assert "They can answer until Tue 7 April 2026" in awaited
    assert here in awaited
    assert not [who for who in (people.council.lead, people.health.practitioner) if "block-outside" in see(client, who)]
    outside_answers.answer(key=let_in(token, now), answers=ANSWERS, now=now)
    page = see(client, by)
    assert "has answered. You have not read it yet." in block_of(page, "answers")
    assert page.index("block-answers") < page.index("block-waiting")
    see(client, by, here)
    assert not re.search("block-(answers|outside)", see(client, by))
    second = invited(dispute, by, now, name="Rosalind Ashgrove")
    assert "Rosalind Ashgrove" in block_of(see(client, by), "outside")
    outside.take_back(invitation=second, why="Rang them.", by=by, now=now)
    assert "block-outside" not in see(client, by)
    third = token_in(_another(dispute, people, now))
    outside_answers.answer(key=let_in(third, now), answers=ANSWERS, now=now)
    assert "has answered" in block_of(see(client, by), "answers")
    signed_in(by).get(one(dispute, "outside/"))
    assert not re.search("block-(answers|outside)", see(client, by))
