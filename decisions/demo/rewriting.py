"""One copy of a told disagreement: which key, reference, person and hash stands in place of the pattern's."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from email.utils import make_msgid
from functools import cache
from typing import Any
from urllib.parse import urlsplit

from django.apps import apps
from django.conf import settings
from django.db import models

from cases import audit
from cases.models import AuditEvent, AuditHead, Case, Person, PersonReference
from decisions.models import DecisionRecord, Learning, OnwardItem, OutcomeConfirmation, OutstandingIssue
from escalation.models import (
    Acknowledgement,
    Action,
    AdviceRequest,
    ChronologyEntry,
    Deadline,
    Dispute,
    Feedback,
    IntentionNotice,
    InterimPlan,
    Meeting,
    Notification,
    Participant,
    Point,
    SafetyConfirmation,
    Support,
)
from escalation.models.dispute import Status
from escalation.protocol import Event

Model = type[models.Model]

IN_AUDIT_DATA: dict[str, Model] = {
    "dispute": Dispute, "limits": Deadline, "participant": Participant, "point": Point, "notice": Notification,
}  # fmt: skip
BEGINNINGS = (Status.AWAITING_REPLY, Status.AWAITING_REFERRAL)
FIRST_IN_KEY: dict[str, Model] = {
    "acknowledged": Acknowledgement, "advice": AdviceRequest, "learning": Learning, "limit": Deadline,
}  # fmt: skip
LATER_IN_KEY: dict[str, Model] = {
    **dict.fromkeys((*Event, "dates", "proposed", "signed"), ChronologyEntry),
    "action": Action, "confirmed": OutcomeConfirmation, "decision": DecisionRecord, "feedback": Feedback,
    "intention": IntentionNotice, "issue": OutstandingIssue, "meeting": Meeting, "onward": OnwardItem,
    "plan": InterimPlan, "safety": SafetyConfirmation, "support": Support,
    **dict.fromkeys(("advice", "advice-given", "advice-taken-back"), AdviceRequest),
}  # fmt: skip


@dataclass
class Rewriting:
    """What stands where in one copy."""

    ids: dict[Model, dict[int, int]]
    references: dict[str, str]
    person: tuple[str, date, str]
    number: int
    end_of_chain: bytes = audit.GENESIS

    def rows(self, model: Model, pattern: Sequence[models.Model]) -> Iterator[dict[str, Any]]:
        """The copy's rows of one model, as values by column."""
        special = _SPECIAL.get(model)
        for row in pattern:
            values = dict(row.__dict__)
            values[_key_of(model)] = self.ids[model][row.pk]
            for column, related in relations_of(model):
                name = column.attname
                values[name] = self.ids.get(related, {}).get(values[name], values[name])
            for name in _texts(model):
                values[name] = self.words(values[name])
            if special:
                special(self, values)
            yield values

    def words(self, text: str) -> str:
        """The same words with the copy's own references."""
        for old, new in self.references.items():
            text = text.replace(old, new) if text and old in text else text
        return text

    def key(self, key: str) -> str:
        """A notice's key with the copy's own numbers in it."""
        parts = key.split(":")
        models_of = [Dispute, FIRST_IN_KEY.get(parts[0]) or LATER_IN_KEY.get(parts[1]), LATER_IN_KEY.get(parts[1])]
        for at, model in enumerate(models_of[: len(parts)]):
            if model and parts[at].isdigit():
                parts[at] = str(self.ids.get(model, {}).get(int(parts[at]), parts[at]))
        return ":".join(parts)

    def facts(self, data: dict[str, Any]) -> dict[str, Any]:
        """An audit event's data with the copy's own numbers."""
        return {
            name: self._fact(self.ids.get(IN_AUDIT_DATA[name], {}), said) if name in IN_AUDIT_DATA else said
            for name, said in data.items()
        }

    def _fact(self, ids: dict[int, int], said: Any) -> Any:
        return [ids.get(one, one) for one in said] if isinstance(said, list) else ids.get(said, said)


def _person(copied: Rewriting, row: dict[str, Any]) -> None:
    row["name"], row["date_of_birth"], row["address"] = copied.person


def _own_reference(copied: Rewriting, row: dict[str, Any]) -> None:
    row["value"] = f"{row['value'][:3]}{61000 + copied.number * 17}"


def _dispute(copied: Rewriting, row: dict[str, Any]) -> None:
    if row["status"] not in BEGINNINGS:
        row["status"], row["closed_at"] = Status.AWAITING_REPLY.value, None


def _notice(copied: Rewriting, row: dict[str, Any]) -> None:
    row["key"] = copied.key(row["key"])
    row["message_id"] = make_msgid(domain=urlsplit(settings.BASE_URL).hostname)


def _event(copied: Rewriting, row: dict[str, Any]) -> None:
    owned = copied.ids.get(apps.get_model(row["object_type"]), {})
    row["object_id"] = str(owned.get(int(row["object_id"]), row["object_id"]))
    row["data"] = copied.facts(row["data"])
    row["prev_hash"] = copied.end_of_chain
    event = AuditEvent.__new__(AuditEvent)
    event.__dict__ = row
    row["hash"] = copied.end_of_chain = audit.digest(event)


def _head(copied: Rewriting, row: dict[str, Any]) -> None:
    row["scope"] = audit.scope_of_case(next(iter(copied.ids[Case].values())))
    row["hash"] = copied.end_of_chain


_SPECIAL: dict[Model, Callable[[Rewriting, dict[str, Any]], None]] = {
    Person: _person, PersonReference: _own_reference, Dispute: _dispute, Notification: _notice, AuditEvent: _event,
    AuditHead: _head,
}  # fmt: skip


@cache
def _key_of(model: Model) -> str:
    return str(model._meta.pk.attname)


@cache
def relations_of(model: Model) -> list[tuple[Any, Any]]:
    """The columns that point at other rows, each with whose rows those are."""
    return [(one, one.related_model) for one in model._meta.concrete_fields if one.is_relation]


@cache
def _texts(model: Model) -> list[str]:
    return [one.attname for one in model._meta.concrete_fields if isinstance(one, models.CharField | models.TextField)]
