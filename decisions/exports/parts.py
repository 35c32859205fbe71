"""The parts a document is put together from: plain data with every date already in words, and who it is for."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from cases.models import Appointment
from cases.roles import Permission
from cases.templatetags.dates import date_and_time, long_date
from escalation import permissions
from escalation.models import Dispute

Part = dict[str, Any]
NOBODY = "The clock"
LONGEST_LABEL_BESIDE = 27
SHORT_ENOUGH_TO_STAND_BESIDE = 1400
SHORT_ENOUGH_FOR_ONE_PAGE = 900
FINGERPRINT = re.compile(r"[0-9a-f]{64}(\n[0-9a-f]{64})*")


@dataclass(frozen=True)
class Reader:
    """Whom a document is for, which stages of the dispute they may read, and of which they learn what came of them."""

    dispute: Dispute
    by: Appointment
    stages: frozenset[int]
    heard_of: frozenset[int]

    @classmethod
    def of(cls, dispute: Dispute, by: Appointment) -> Reader:
        """The reader, with what the permissions of the dispute let them read."""
        heard_of = permissions.heard_stages(dispute, by)
        return cls(dispute, by, frozenset(permissions.readable_stages(dispute, by)), frozenset(heard_of))

    @property
    def hidden_stages(self) -> list[int]:
        """The stages of the protocol whose content is another agency's own (B-26)."""
        return [stage.order for stage in self.dispute.rules.stages if stage.order not in self.heard_of]

    @property
    def later_stages(self) -> list[int]:
        """The stages that took place above the latest to which they came."""
        return sorted(order for order in self.heard_of - self.stages if order <= self.dispute.stage)

    def reads(self, rows: Iterable[Any]) -> list[Any]:
        """Those rows that belong to a stage they may read."""
        return [row for row in rows if row.stage in self.stages]

    def hears(self, rows: Iterable[Any]) -> list[Any]:
        """Outcomes, feedback and safety of the stages they may read, and of those above to which they did not come."""
        return [row for row in rows if row.stage in self.heard_of]

    def label(self, order: int) -> str:
        """A stage in the protocol's own words."""
        stage = self.dispute.rules.stage(order)
        return f"{stage.label}: {stage.name}"

    @property
    def may_see_drafts_of_all(self) -> bool:
        """Whether unsigned records of every agency are for them: only for audit."""
        return self.by.has(Permission.READ_FOR_AUDIT)

    @property
    def may_see_who_looked(self) -> bool:
        """Whether they answer for who reads: auditors and the leads of an agency that is on the dispute."""
        return permissions.may_see_all_readers(self.dispute, self.by)


def who(person: Appointment | None) -> str:
    """Name, role and agency; the clock where nobody acted."""
    return person.described if person else NOBODY


def made_for(reader: Reader) -> str:
    """Whom a document is for, as every page of it says; of somebody who reads for audit also under which engagement."""
    under = reader.dispute.engagement_of(reader.by)
    return who(reader.by) + (f", engagement {under}" if under is not None else "")


def when(at: datetime | date | None) -> str:
    """The moment or the day in words; nothing for None."""
    if at is None:
        return ""
    return date_and_time(at) if isinstance(at, datetime) else long_date(at)


def plain_date(day: date | None) -> str:
    """3 June 1941; nothing for None."""
    return f"{day.day} {day:%B %Y}" if day else ""


def yes_no(answer: bool) -> str:
    """Yes or No."""
    return "Yes" if answer else "No"


def section(key: str, heading: str, *blocks: Part | None, intro: str = "") -> Part:
    """One numbered part of the document; blocks that are None are left out."""
    return {"key": key, "heading": heading, "intro": intro, "blocks": [block for block in blocks if block]}


def facts(*pairs: tuple[str, str]) -> Part | None:
    """Labels and texts; pairs without text are left out, and None when nothing is left."""
    rows = [_row(label, text) for label, text in pairs if text]
    return {"type": "facts", "rows": rows} if rows else None


def _row(label: str, text: str) -> Part:
    look = "above" if len(label) > LONGEST_LABEL_BESIDE else "beside"
    fine = " fine" if FINGERPRINT.fullmatch(text) else ""
    return {"label": label, "text": text, "look": f"{look}{fine}", "keep": len(text) <= SHORT_ENOUGH_FOR_ONE_PAGE}


def note(text: str) -> Part:
    """A sentence of its own."""
    return {"type": "note", "text": text}


def items(texts: Sequence[str], *, heading: str = "") -> Part | None:
    """A list; None when empty."""
    return {"type": "items", "heading": heading, "texts": list(texts)} if texts else None


def card(heading: str, *blocks: Part | None, under: str = "", stands_out: bool = False) -> Part:
    """One thing with a heading of its own, who and when under it, and what belongs to it."""
    inside = [block for block in blocks if block]
    keep = len(str(inside)) <= SHORT_ENOUGH_FOR_ONE_PAGE
    return {
        "type": "card", "heading": heading, "under": under, "stands_out": stands_out, "keep": keep, "blocks": inside,
    }  # fmt: skip


def pair(sides: Sequence[Part]) -> Part:
    """Two or more texts set side by side when they are short enough, else one after the other."""
    longest = max((len(side["text"]) for side in sides), default=0)
    return {"type": "pair", "sides": list(sides), "beside": len(sides) == 2 and longest <= SHORT_ENOUGH_TO_STAND_BESIDE}


def story(entries: Sequence[Part]) -> Part:
    """The chronology, in order."""
    return {"type": "story", "entries": list(entries)}


def without(parts: Any, texts: Sequence[str], instead: str) -> Any:
    """The same parts with each of these texts replaced wherever it stands, upper or lower case alike."""
    if isinstance(parts, dict):
        return {key: without(value, texts, instead) for key, value in parts.items()}
    if isinstance(parts, list):
        return [without(value, texts, instead) for value in parts]
    if isinstance(parts, str) and texts:
        return re.sub("|".join(_loosely(text) for text in texts), instead, parts, flags=re.IGNORECASE)
    return parts


def _loosely(text: str) -> str:
    words = re.split(r"[\s,]+", text.strip(" \t\r\n,"))
    return r"(?<!\w)" + r"[\s,]+".join(re.escape(word) for word in words) + r"(?!\w)"
