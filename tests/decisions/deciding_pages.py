"""Going through the pages of decisions as a browser does."""

from __future__ import annotations

from django.test import Client
from django.urls import reverse

from cases.models import Appointment
from escalation.models import Dispute
from tests.factories_decisions import COMPLETE


def at(name: str, dispute: Dispute, *more: int) -> str:
    return reverse(name, args=[dispute.reference, *more])


def as_(client: Client, who: Appointment) -> Client:
    client.force_login(who.user)
    return client


def typed(**changes: str) -> dict[str, str]:
    """The whole form of a record, as a browser sends it."""
    names = ("decision", "evidence", "not_known", "sources_tested", "analysis", "rationale", "policy_and_law", "plain_summary")
    data = {name: str(getattr(COMPLETE, name)) for name in names}
    data |= {"options-count": "2", "consulted-count": "1", "seen": ""}
    for number, option in enumerate(COMPLETE.options):
        data |= {f"options-{number}-{name}": str(getattr(option, name)) for name in ("option", "likely_outcome", "risks", "why")}
        data |= {f"options-{number}-is_chosen": "on"} if option.is_chosen else {}
    data |= {"consulted-0-who": "Ward manager", "consulted-0-view": "Would keep the bed."}
    data |= {"consulted-0-on_day": "1", "consulted-0-on_month": "4", "consulted-0-on_year": "2026"}
    return data | changes
