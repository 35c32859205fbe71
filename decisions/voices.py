"""Whose word the last word needs before it counts, and who has given it: joint heads, or each agency's representative."""

from __future__ import annotations

from dataclasses import dataclass

from cases.models import Appointment
from decisions.models import Outcome
from escalation.models import Dispute
from escalation.permissions import holds_one_of, standing
from escalation.protocol import LeadMode, LeadRole
from escalation.turn import roles_in_words


@dataclass(frozen=True)
class Voice:
    """One of those who must speak: in words, which role and agency it takes, and who spoke."""

    words: str
    roles: tuple[LeadRole, ...]
    agency_id: int | None
    spoken_by: Appointment | None = None

    def is_that_of(self, who: Appointment, stands_for: int | None) -> bool:
        """Whether ``who`` can give it, who is there for the agency ``stands_for``."""
        return holds_one_of(who, self.roles) and self.agency_id in (None, stands_for)


def voices_of(dispute: Dispute, outcome: Outcome | None) -> tuple[Voice, ...]:
    """Everybody whose word the last word needs, with who has given it; empty where one person's word is enough."""
    said = [row.by for row in outcome.concurrences.all()] if outcome else []
    there_for = {who.pk: standing(dispute, who).agency_id for who in said}
    return tuple(
        Voice(
            voice.words, voice.roles, voice.agency_id,
            next((who for who in said if voice.is_that_of(who, there_for[who.pk])), None),
        )
        for voice in _needed(dispute)
    )


def _needed(dispute: Dispute) -> list[Voice]:
    leads = dispute.rules.last_stage.leads
    if leads.mode is LeadMode.ANY_OF:
        return []
    if leads.of_partnership:
        return [Voice(f"the {roles_in_words((lead,))}", (lead,), None) for lead in leads.roles]
    agencies = [party.agency for party in dispute.parties.all()]
    if leads.mode is LeadMode.PAIR_PER_AGENCY:
        return [Voice(f"{one.short_name}'s {roles_in_words(leads.roles)}", leads.roles, one.pk) for one in agencies]
    return [
        Voice(f"{one.short_name}'s {roles_in_words((lead,))}", (lead,), one.pk) for one in agencies for lead in leads.roles
    ]


def still_awaited(voices: tuple[Voice, ...]) -> str:
    """Whom it waits for, in words; empty when everybody has spoken."""
    return " and ".join(voice.words for voice in voices if voice.spoken_by is None)
