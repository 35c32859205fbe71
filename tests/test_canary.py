"""A canary in every field that somebody may write in: none is in mail, logs, broker, addresses, titles, cookies or file names.

What is looked for is not one word but every text that the database holds after a walk, so that a new field is looked for unasked.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
import redis
from django.apps import apps
from django.conf import settings as configured
from django.core import mail
from django.db import models
from django.test import Client
from lxml import html  # type: ignore[import-untyped]
from pypdf import PdfReader

from cases.clock import database_now
from cases.models import Appointment, AuditEvent, Refusal
from decisions.actions.exports import claim_export, make_export, request_export
from decisions.models import Export
from escalation.actions.evidence import HandedIn, add_evidence
from escalation.celery import app
from escalation.models import Dispute, Evidence
from tests import notice_steps, notice_walk
from tests.clock import Clock
from tests.escalation.outside.steps import comes_in, invited, newest_mail, token_in
from tests.escalation.test_request_log import Kept
from tests.factories_disputes import fresh
from tests.notice_walk import CANARY
from tests.processes import empty_broker
from tests.services import redis_url

MOST_PAGES = 60
SHORTEST = 6
KINDS = (
    "/", "the title", "an address", "the headers", "the document", "Valkey", "an e-mail", "a log line", "the event", "a file",
    "a cookie",
)  # fmt: skip
IN_BROWSERS = ("localStorage", "sessionStorage", "indexedDB", "document.cookie")
ALL = frozenset({"*"})
# Columns of the product's own words, codes and numbers; every other text is somebody's.
NOBODYS: dict[str, frozenset[str]] = {
    # ids, codes and digests; looked through below like a log
    "cases.AuditEvent": ALL, "cases.AuditHead": ALL, "cases.AuditCheckpoint": ALL, "cases.AuditSeal": ALL, "cases.Refusal": ALL,
    # the board's published name and numbers, its protocol, and what the protocol says
    "cases.Partnership": ALL, "escalation.ProtocolVersion": ALL, "escalation.ProtocolDraft": ALL, "escalation.Deadline": ALL,
    "escalation.Duty": ALL, "cases.Agency": frozenset({"key", "phone", "own_route"}), "cases.ReferenceCounter": ALL,
    # what a browser is, in plain words, and secrets of accounts
    "cases.SignIn": ALL, "cases.AccountNotice": ALL, "cases.User": frozenset({"password"}), "escalation.CalendarFeed": ALL,
    # what is told: the mails are looked through below
    "escalation.Notification": ALL, "escalation.LeadGap": ALL, "cases.Sent": frozenset({"key", "content", "location"}),
    "cases.Appointment": frozenset({"remit"}), "cases.Case": frozenset({"reference"}), "cases.Typed": frozenset({"address"}),
    "escalation.ChronologyEntry": frozenset({"headline"}), "escalation.Draft": frozenset({"form"}),
    "escalation.Dispute": frozenset({"reference", "track", "subject", "ground", "category", "danger_answer"}),
    "escalation.Evidence": frozenset({"media_type", "sha256", "received_sha256", "stored_as", "reason", "scanner"}),
    "escalation.OutsideInvitation": frozenset({"link_hash"}), "escalation.OutsideEntry": ALL, "escalation.OutsideMail": ALL,
    "escalation.Meeting": frozenset({"kind"}), "escalation.DisputeStage": frozenset({"trigger"}),
    "decisions.Export": frozenset({"step", "bundle", "problem", "sha256"}), "decisions.DecisionRecord": frozenset({"sha256"}),
    "decisions.SignOff": frozenset({"sha256"}), "decisions.OnwardItem": frozenset({"code", "body"}),
    "decisions.Learning": frozenset({"category", "body_code"}),
    "decisions.LearningItem": frozenset({"reference", "code", "body", "read_by", "category", "stage"}),
}  # fmt: skip


def texts_of(value: Any) -> Iterator[str]:
    """Every text within, also in JSON."""
    if isinstance(value, str):
        yield from (line.strip().lower() for line in value.splitlines())
    elif isinstance(value, dict | list):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from texts_of(inner)


def somebodys_texts() -> tuple[set[str], set[str]]:
    """Everything that somebody wrote or is called, and the columns in which it stands."""
    found, columns = set[str](), set[str]()
    for model in (one for package in ("cases", "escalation", "decisions") for one in apps.get_app_config(package).get_models()):
        nobodys = NOBODYS.get(model._meta.label, frozenset())
        for field in model._meta.concrete_fields:
            is_text = isinstance(field, models.CharField | models.TextField | models.JSONField) and not field.choices
            if not is_text or nobodys & {"*", field.name}:
                continue
            kept = model._default_manager.order_by().values_list(field.name, flat=True)
            values = {text for value in kept for text in texts_of(value)}
            found |= {value for value in values if len(value) >= SHORTEST}
            columns |= {f"{model._meta.label}.{field.name}"} if any(values) else set()
    return found, columns


class Walked:
    """A dispute from the raising to its end, with everything that it leaves outside of the database."""

    def __init__(self, now: datetime, clock: Clock) -> None:
        walk = notice_walk.start("halton", now=now, clock=clock)
        self.people, by = walk.people, walk.people.council.practitioner
        details = {"address": f"{CANARY} Row", "desired_outcomes": f"{CANARY} sitter"}
        person = {"own_reference": f"{CANARY}-55120", "details": details}
        self.dispute: Dispute = walk.step("raised", lambda: walk.raised(person=person))
        handed_in = HandedIn(f"{CANARY} chart".encode(), f"{CANARY} chart of the lady.txt", f"{CANARY} chart")
        walk.step("evidence", lambda: add_evidence(dispute=self.dispute, handed_in=handed_in, by=by, now=walk.now))
        notice_steps.at_work(walk, self.dispute)
        notice_steps.confirmed(walk, notice_steps.up_to_the_last_word(walk, self.dispute))
        asked = fresh(self.dispute)
        self.export = request_export(dispute=asked, kind="case_history", reason=f"{CANARY} reason", by=by, now=walk.now)
        claimed = claim_export(now=walk.now)
        assert claimed is not None
        make_export(export=claimed, now=walk.now)
        self.export.refresh_from_db()
        assert self.export.state == Export.State.READY, self.export.problem
        self.open_one: Dispute = walk.step("another is raised", walk.raised)

    def readers(self) -> list[Appointment]:
        """Those whose pages are opened."""
        return [self.people.council.practitioner, self.people.health.practitioner, self.people.chair, self.people.board_manager]


def crawl(client: Client, start: list[str], seen: set[str], most: int) -> Iterator[tuple[str, str]]:
    """Open page after page as far as links lead: each address, title, file name and place that a page names."""
    waiting = list(start)
    while waiting and most:
        url = waiting.pop(0)
        if url in seen:
            continue
        seen.add(url)
        most -= 1
        answer = client.get(url)
        assert answer.status_code < 500, url
        yield url, url
        yield f"the headers of {url}", f"{answer.headers.get('Content-Disposition', '')} {answer.headers.get('Location', '')}"
        if not answer.headers["Content-Type"].startswith("text/html") or answer.streaming or not answer.content:
            continue
        page = html.fromstring(answer.content)
        yield f"the title of {url}", str(page.findtext(".//title"))
        links = [str(link) for link in page.xpath("//a/@href | //form/@action | //@src | //link/@href")]
        yield from ((f"an address on {url}", link) for link in links if not link.startswith("mailto:"))  # the directory's own
        waiting += [link for link in map(str, page.xpath("//a/@href")) if link.startswith("/")]


def pages_of(walked: Walked) -> Iterator[tuple[str, str]]:
    """What the pages of several people name outside of their text."""
    seen = set[str]()
    own = f"/disputes/{walked.dispute.reference}/"
    file = f"{own}documents/{walked.export.pk}/file/"
    for who in walked.readers():
        client = Client(raise_request_exception=False)
        client.force_login(who.user)
        start = [file, own, "/", f"{own}story/", f"{own}evidence/", f"/cases/{walked.dispute.case.reference}/"]
        yield from crawl(client, start, seen, MOST_PAGES // len(walked.readers()))
        client.post("/account/act-as/", {"role": who.pk})
        yield "a cookie", client.cookies.output()
    yield from pages_outside(walked, seen)


def pages_outside(walked: Walked, seen: set[str]) -> Iterator[tuple[str, str]]:
    """The same of somebody outside who has no account, and comes in by link and code."""
    said = {"name": f"{CANARY} Guest", "organisation": f"{CANARY} hospice", "shared": f"{CANARY} told"}
    said["email"] = f"{CANARY}.guest@example.org"
    invited(walked.open_one, walked.people.council.practitioner, database_now(), **said)
    client = Client(raise_request_exception=False)
    comes_in(client, token_in(newest_mail()))
    assert f"{CANARY} told" in client.get("/outside/").content.decode()
    client.post("/outside/", {"answer_1": f"{CANARY} half", "answer_2": ""})
    yield from crawl(client, ["/outside/"], seen, 5)
    yield "a cookie", client.cookies.output()


def sign_in_badly(walked: Walked) -> None:
    """Attempts to sign in are counted in the cache."""
    for given in (walked.people.council.practitioner.user.email, f"{CANARY}@example.org"):
        Client().post("/account/login/", {"login": given, "password": f"{CANARY} password"})


def in_the_broker() -> Iterator[tuple[str, str]]:
    """Every key and value of Valkey, with a message for each task of the timetable waiting there."""
    for entry in app.conf.beat_schedule.values():
        app.send_task(entry["task"])
    for address in {redis_url(), configured.CACHE_URL}:
        client = redis.Redis.from_url(address)
        yield from ((f"Valkey's {key!r}", f"{key!r} {_value(client, key)!r}") for key in client.scan_iter())
        client.close()


def _value(client: Any, key: bytes) -> Any:
    kind = client.type(key)
    if kind == b"list":
        return client.lrange(key, 0, -1)
    read = {b"hash": client.hgetall, b"set": client.smembers, b"string": client.get}
    return read.get(kind, client.dump)(key)


def in_the_document(export: Export) -> Iterator[tuple[str, str]]:
    """What a PDF says of itself; that its text is full of canaries shows that they would be found."""
    reader = PdfReader(BytesIO(bytes(export.pdf or b"")))
    assert CANARY in "".join(page.extract_text() for page in reader.pages)
    yield "the document's metadata", f"{dict(reader.metadata or {})}"
    root: Any = reader.trailer["/Root"]
    yield "the document's XMP", root["/Metadata"].get_data().decode() if "/Metadata" in root else ""


def outside(walked: Walked, log: Kept) -> Iterator[tuple[str, str]]:
    """Everything that leaves the database and the text of a page."""
    yield from pages_of(walked)
    yield from in_the_document(walked.export)
    sign_in_badly(walked)
    yield from in_the_broker()
    for message in (one.message() for one in mail.outbox):
        headers = "\n".join(f"{name}: {value}" for name, value in message.items() if name != "To")
        yield "an e-mail", f"{headers}\n{message.get_payload(decode=True).decode()}"  # type: ignore[union-attr]
    yield from (("a log line", line) for line in log.text)
    for row in (*AuditEvent.objects.order_by("pk").values(), *Refusal.objects.order_by("pk").values()):
        yield f"the event {row.get('action', 'refused')}", json.dumps(row, default=str)
    yield from (("a file's name", Path(row.stored_as).name) for row in Evidence.objects.order_by("pk"))


@pytest.fixture
def log() -> Iterator[Kept]:
    """Whatever is logged, from INFO on."""
    kept, loggers = Kept(), [logging.getLogger(), logging.getLogger("escalation.request_log")]
    levels = [one.level for one in loggers]
    loggers[0].addHandler(kept)
    for one in loggers:
        one.setLevel(logging.INFO)
    yield kept
    loggers[0].removeHandler(kept)
    for one, level in zip(loggers, levels, strict=True):
        one.setLevel(level)


@pytest.fixture
def _signing_in_is_counted(settings: Any) -> Iterator[None]:
    settings.ACCOUNT_RATE_LIMITS = {"login": "30/m/ip", "login_failed": "10/m/ip,5/5m/key"}
    settings.EVIDENCE_WITHOUT_SCANNER = True
    empty_broker()
    yield
    empty_broker()


@pytest.mark.django_db
@pytest.mark.usefixtures("_signing_in_is_counted")
def test_no_canary_is_anywhere_outside(now: datetime, clock: Clock, log: Kept) -> None:
    walked = Walked(now, clock)
    places = list(outside(walked, log))
    canaries, columns = somebodys_texts()
    assert len(canaries) > 60
    assert len(columns) > 50, sorted(columns)
    found = {f"{where}: {canary!r}" for where, text in places for canary in canaries if canary in text.lower()}
    assert not found, "\n".join(sorted(found)[:40])
    assert not [kind for kind in KINDS if not any(where.startswith(kind) for where, _ in places)]


def test_nothing_is_kept_in_a_browser() -> None:
    """No script of ours writes into a browser's storage."""
    for script in (Path(configured.BASE_DIR) / "static" / "js").rglob("*.js"):
        assert not any(word in script.read_text() for word in IN_BROWSERS), script
