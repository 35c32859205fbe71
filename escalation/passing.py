"""Which stage follows for a dispute: optional ones are passed over where an agency in it has no such level."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from escalation import at_hand, leads
from escalation.deadlines import LONDON
from escalation.models import Dispute, Party
from escalation.protocol import LeadMode, Side, Stage
from escalation.protocol_reading import roles_in_words


@dataclass(frozen=True)
class WayOn:
    """The next stage to open, and why each stage before it is passed over."""

    to_stage: int
    passed: Mapping[int, str] = field(default_factory=dict)


def way_on(dispute: Dispute, *, now: datetime) -> WayOn:
    """The stage after the present one, without the optional ones that an agency in the dispute does not have."""
    rules, order, passed = dispute.rules, dispute.stage + 1, dict[int, str]()
    while order < len(rules.stages) and rules.stage(order).optional:
        stage = rules.stage(order)
        flat = _without_this_level(dispute, stage, on=now.astimezone(LONDON).date())
        if not flat:
            break
        roles = roles_in_words(stage.leads.roles, stage.leads.joint)
        passed[order] = f"{' and '.join(flat)} has no {roles}, and the protocol lets this stage be passed over then"
        order += 1
    return WayOn(order, passed)


def _without_this_level(dispute: Dispute, stage: Stage, *, on: date) -> list[str]:
    if stage.leads.of_partnership:
        found = [bool(leads.board_holders(dispute.partnership_id, lead, on=on)) for lead in stage.leads.roles]
        is_led = all(found) if stage.leads.mode is LeadMode.ALL_OF else any(found)
        return [] if is_led else [dispute.partnership.short_name]
    parties = at_hand.rows(dispute, Party)
    return [
        party.agency.short_name
        for party in parties
        if (not stage.single_agency or party.side == Side.RAISING) and not leads.would_lead(dispute, stage, party.agency, on=on)
    ]
