"""Somebody outside is asked, gets their mails, and comes in by link and code: what several tests do."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from typing import Any

from django.core import mail
from django.test import Client

from cases.clock import database_now
from cases.models import Appointment
from escalation import outside_mail
from escalation.actions import outside, outside_answers
from escalation.models import Dispute, Notification, OutsideInvitation

NAME, ORGANISATION, EMAIL = "Philippa Thorncastle", "Larchmount House", "philippa@larchmount.example"
QUESTIONS = ("Who was on duty that night?", "When was the fall written down?")
SHARED = "M. E. lived with you until 2 April. She fell on 1 April."
ANSWERS = {1: "Two carers, one of them from an agency.", 2: "The next morning at seven."}


def wanted(now: datetime, **changes: Any) -> outside.Wanted:
    """Two questions for a care home, open for five days."""
    given: dict[str, Any] = {
        "organisation": ORGANISATION, "name": NAME, "email": EMAIL, "purpose": "To find out whether the night was staffed.",
        "questions": QUESTIONS, "shared": SHARED, "until_on": now.date() + timedelta(days=5), "files": (),
    }  # fmt: skip
    return outside.Wanted(**(given | changes))


def form_of(until_on: date, **changes: Any) -> dict[str, Any]:
    """The same as somebody types it into the page."""
    typed = {
        "organisation": ORGANISATION, "name": NAME, "email": EMAIL, "purpose": "To find out whether the night was staffed.",
        "question_1": QUESTIONS[0], "question_2": QUESTIONS[1], "shared": SHARED, "until_on_day": until_on.day,
        "until_on_month": until_on.month, "until_on_year": until_on.year,
    }  # fmt: skip
    return typed | changes


def invited(dispute: Dispute, by: Appointment, now: datetime, **changes: Any) -> OutsideInvitation:
    """They are asked."""
    return outside.invite(dispute=dispute, wanted=wanted(now, **changes), by=by, now=now)


def newest_mail(now: datetime | None = None) -> str:
    """Whatever is owed is sent; what the last one said."""
    outside_mail.deliver_owed(now=now or database_now())
    return str(mail.outbox[-1].body)


def token_in(text: str) -> str:
    """The token of the link in an e-mail."""
    found = re.search(r"/outside/([\w-]{43})/", text)
    assert found, text
    return found[1]


def code_in(text: str) -> str:
    """The code in an e-mail."""
    found = re.search(r"Your code is (\d{6})\n", text)
    assert found, text
    return found[1]


def comes_in(client: Client, token: str) -> None:
    """By the pages: the link, a code, the code typed."""
    assert client.post(f"/outside/{token}/").status_code == 302
    code = code_in(newest_mail())
    answer = client.post(f"/outside/{token}/code/", {"code": code})
    assert (answer.status_code, answer["Location"]) == (302, "/outside/"), answer.content.decode()


def a_code(token: str, now: datetime) -> str:
    """Asked for by the link, read from the mail."""
    outside_answers.send_code(token=token, now=now)
    return code_in(newest_mail(now))


def let_in(token: str, now: datetime) -> str:
    """By link and code, without the pages: the key they hold from then on."""
    return outside_answers.enter(token=token, code=a_code(token, now), now=now)


def is_in(key: str, now: datetime) -> bool:
    """Whether this key still opens anything."""
    return outside_answers.look(key=key, now=now) is not None


def told(dispute: Dispute, who: Appointment, what: str) -> list[str]:
    """What somebody inside heard of it."""
    rows = Notification.objects.filter(dispute=dispute, recipient=who, key__contains=f":{what}")
    return list(rows.values_list("text", flat=True))
