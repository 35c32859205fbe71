"""The invented people of a demonstration, and the e-mails it sent; nothing of this exists elsewhere."""

from __future__ import annotations

import email
import email.policy
from dataclasses import dataclass
from datetime import date, datetime
from email.message import EmailMessage
from email.utils import parsedate_to_datetime
from pathlib import Path

from django.conf import settings

from cases.models import Appointment
from cases.roles import Role

DEMO_DOMAIN = ".demo.example"
DEMO_PASSWORD = "demonstration-only"  # noqa: S105 (published on the sign-in page of demonstrations)
SEPARATOR = b"-" * 79
MOST_MAILS = 100
ORDER = {role.value: place for place, role in enumerate(Role)}


@dataclass(frozen=True)
class DemoPerson:
    """Somebody to sign in as."""

    name: str
    persona: str
    role: str
    agency: str
    partnership: str
    email: str
    password: str


@dataclass(frozen=True)
class DemoMail:
    """An e-mail that the demonstration wrote into a file."""

    to: str
    subject: str
    text: str
    sent_at: datetime | None


def demo_people(day: date) -> list[DemoPerson]:
    """The invented people with a role on the day, by partnership and persona; nobody unless this is a demonstration."""
    if not settings.DEMO:
        return []
    running = Appointment.objects.active_on(day).filter(user__email__endswith=DEMO_DOMAIN)
    found = running.select_related("user", "agency", "partnership").order_by("partnership__name", "pk")
    people = sorted(found, key=lambda held: (held.partnership.name, ORDER[held.role]))
    return [
        DemoPerson(
            name=held.user.name,
            persona=Role(held.role).title,
            role=held.role,
            agency=held.agency.name if held.agency else "The board",
            partnership=held.partnership.name,
            email=held.user.email,
            password=DEMO_PASSWORD,
        )
        for held in people
    ]


def demo_mails() -> list[DemoMail]:
    """The latest e-mails written, newest first."""
    directory = Path(settings.DEMO_MAIL_DIR)
    if not settings.DEMO or not directory.is_dir():
        return []
    mails: list[DemoMail] = []
    for file in sorted(directory.iterdir(), key=lambda file: file.stat().st_mtime, reverse=True):
        if file.suffix == ".log":
            parts = file.read_bytes().split(SEPARATOR)
            mails += [_read(part) for part in reversed(parts) if part.strip()]
        if len(mails) >= MOST_MAILS:
            break
    return mails[:MOST_MAILS]


def _read(text: bytes) -> DemoMail:
    message = email.message_from_bytes(text.lstrip(b"\n"), _class=EmailMessage, policy=email.policy.default)
    body = message.get_body(("plain",))
    sent = message["Date"]
    return DemoMail(
        to=str(message["To"] or ""),
        subject=str(message["Subject"] or ""),
        text=str(body.get_content()) if body else "",
        sent_at=parsedate_to_datetime(str(sent)) if sent else None,
    )
