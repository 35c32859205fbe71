"""Every status × transition × person, as one readable table: what is marked is allowed, everything else is refused."""

from datetime import datetime

import pytest
from django_fsm import can_proceed, has_transition_perm

from cases.models import Appointment
from escalation import leads
from escalation.models import Dispute
from escalation.models.dispute import Status, allowed_moves
from escalation.protocol import Side
from tests.factories import Cast
from tests.factories_disputes import fresh, make_dispute, people_under

pytestmark = pytest.mark.django_db

MOVES = ("reply", "escalate", "agree", "refer", "return_referral", "give_last_word", "contest", "close", "withdraw")

# x: allowed, as far as the machine and the person's standing go (gates are asked besides). Statuses of a stage at work and
# of waiting for confirmation are shown at Halton's stage 2, those of a referral at its stage 4.
GRID = """
awaiting_reply                   |  reply   escal   agree   refer   back    word   contest  close  withdr
originator                       |    .       x       .       .       .       .       .       .       x
raising line manager             |    .       x       x       .       .       .       .       .       x
raising safeguarding lead        |    .       x       x       .       .       .       .       .       x
raising senior manager           |    .       x       x       .       .       .       .       .       x
raising board representative     |    .       .       x       .       .       .       .       .       .
responding practitioner          |    .       .       .       .       .       .       .       .       .
responding line manager          |    x       .       x       .       .       .       .       .       .
responding safeguarding lead     |    x       .       x       .       .       .       .       .       .
responding senior manager        |    x       .       x       .       .       .       .       .       .
responding board representative  |    x       .       x       .       .       .       .       .       .
chair                            |    .       .       .       .       .       .       .       .       .
chief social work officer        |    .       .       .       .       .       .       .       .       .
practitioner of another agency   |    .       .       .       .       .       .       .       .       .
auditor                          |    .       .       .       .       .       .       .       .       .
board manager                    |    .       .       .       .       .       .       .       .       .
the clock                        |    .       x       .       .       .       .       .       .       .

in_discussion                    |  reply   escal   agree   refer   back    word   contest  close  withdr
originator                       |    .       x       .       .       .       .       .       .       x
raising line manager             |    .       x       x       .       .       .       .       .       x
raising safeguarding lead        |    .       x       x       .       .       .       .       .       x
raising senior manager           |    .       x       x       .       .       .       .       .       x
raising board representative     |    .       .       x       .       .       .       .       .       .
responding practitioner          |    .       .       .       .       .       .       .       .       .
responding line manager          |    .       .       x       .       .       .       .       .       .
responding safeguarding lead     |    .       .       x       .       .       .       .       .       .
responding senior manager        |    .       .       x       .       .       .       .       .       .
responding board representative  |    .       .       x       .       .       .       .       .       .
chair                            |    .       .       .       .       .       .       .       .       .
chief social work officer        |    .       .       .       .       .       .       .       .       .
practitioner of another agency   |    .       .       .       .       .       .       .       .       .
auditor                          |    .       .       .       .       .       .       .       .       .
board manager                    |    .       .       .       .       .       .       .       .       .
the clock                        |    .       x       .       .       .       .       .       .       .

awaiting_referral                |  reply   escal   agree   refer   back    word   contest  close  withdr
originator                       |    .       .       .       .       .       .       .       .       x
raising line manager             |    .       .       .       .       .       .       .       .       x
raising safeguarding lead        |    .       .       .       .       .       .       .       .       x
raising senior manager           |    .       .       .       .       .       .       .       .       x
raising board representative     |    .       .       x       x       .       .       .       .       .
responding practitioner          |    .       .       .       .       .       .       .       .       .
responding line manager          |    .       .       .       .       .       .       .       .       .
responding safeguarding lead     |    .       .       .       .       .       .       .       .       .
responding senior manager        |    .       .       .       .       .       .       .       .       .
responding board representative  |    .       .       x       .       .       .       .       .       .
chair                            |    .       .       .       .       .       .       .       .       .
chief social work officer        |    .       .       .       .       .       .       .       .       .
practitioner of another agency   |    .       .       .       .       .       .       .       .       .
auditor                          |    .       .       .       .       .       .       .       .       .
board manager                    |    .       .       .       .       .       .       .       .       .
the clock                        |    .       .       .       .       .       .       .       .       .

referred                         |  reply   escal   agree   refer   back    word   contest  close  withdr
originator                       |    .       .       .       .       .       .       .       .       x
raising line manager             |    .       .       .       .       .       .       .       .       x
raising safeguarding lead        |    .       .       .       .       .       .       .       .       x
raising senior manager           |    .       .       .       .       .       .       .       .       x
raising board representative     |    .       .       .       .       .       .       .       .       .
responding practitioner          |    .       .       .       .       .       .       .       .       .
responding line manager          |    .       .       .       .       .       .       .       .       .
responding safeguarding lead     |    .       .       .       .       .       .       .       .       .
responding senior manager        |    .       .       .       .       .       .       .       .       .
responding board representative  |    .       .       .       .       .       .       .       .       .
chair                            |    .       .       .       .       x       x       .       .       .
chief social work officer        |    .       .       .       .       .       .       .       .       .
practitioner of another agency   |    .       .       .       .       .       .       .       .       .
auditor                          |    .       .       .       .       .       .       .       .       .
board manager                    |    .       .       .       .       .       .       .       .       .
the clock                        |    .       .       .       .       .       .       .       .       .

awaiting_confirmation            |  reply   escal   agree   refer   back    word   contest  close  withdr
originator                       |    .       .       .       .       .       .       .       .       .
raising line manager             |    .       .       .       .       .       .       x       x       .
raising safeguarding lead        |    .       .       .       .       .       .       x       x       .
raising senior manager           |    .       .       .       .       .       .       x       x       .
raising board representative     |    .       .       .       .       .       .       x       x       .
responding practitioner          |    .       .       .       .       .       .       .       .       .
responding line manager          |    .       .       .       .       .       .       x       x       .
responding safeguarding lead     |    .       .       .       .       .       .       x       x       .
responding senior manager        |    .       .       .       .       .       .       x       x       .
responding board representative  |    .       .       .       .       .       .       x       x       .
chair                            |    .       .       .       .       .       .       .       .       .
chief social work officer        |    .       .       .       .       .       .       .       .       .
practitioner of another agency   |    .       .       .       .       .       .       .       .       .
auditor                          |    .       .       .       .       .       .       .       .       .
board manager                    |    .       .       .       .       .       .       .       .       .
the clock                        |    .       .       .       .       .       .       .       .       .

closed                           |  reply   escal   agree   refer   back    word   contest  close  withdr
originator                       |    .       .       .       .       .       .       .       .       .
raising line manager             |    .       .       .       .       .       .       .       .       .
raising safeguarding lead        |    .       .       .       .       .       .       .       .       .
raising senior manager           |    .       .       .       .       .       .       .       .       .
raising board representative     |    .       .       .       .       .       .       .       .       .
responding practitioner          |    .       .       .       .       .       .       .       .       .
responding line manager          |    .       .       .       .       .       .       .       .       .
responding safeguarding lead     |    .       .       .       .       .       .       .       .       .
responding senior manager        |    .       .       .       .       .       .       .       .       .
responding board representative  |    .       .       .       .       .       .       .       .       .
chair                            |    .       .       .       .       .       .       .       .       .
chief social work officer        |    .       .       .       .       .       .       .       .       .
practitioner of another agency   |    .       .       .       .       .       .       .       .       .
auditor                          |    .       .       .       .       .       .       .       .       .
board manager                    |    .       .       .       .       .       .       .       .       .
the clock                        |    .       .       .       .       .       .       .       .       .

withdrawn                        |  reply   escal   agree   refer   back    word   contest  close  withdr
originator                       |    .       .       .       .       .       .       .       .       .
raising line manager             |    .       .       .       .       .       .       .       .       .
raising safeguarding lead        |    .       .       .       .       .       .       .       .       .
raising senior manager           |    .       .       .       .       .       .       .       .       .
raising board representative     |    .       .       .       .       .       .       .       .       .
responding practitioner          |    .       .       .       .       .       .       .       .       .
responding line manager          |    .       .       .       .       .       .       .       .       .
responding safeguarding lead     |    .       .       .       .       .       .       .       .       .
responding senior manager        |    .       .       .       .       .       .       .       .       .
responding board representative  |    .       .       .       .       .       .       .       .       .
chair                            |    .       .       .       .       .       .       .       .       .
chief social work officer        |    .       .       .       .       .       .       .       .       .
practitioner of another agency   |    .       .       .       .       .       .       .       .       .
auditor                          |    .       .       .       .       .       .       .       .       .
board manager                    |    .       .       .       .       .       .       .       .       .
the clock                        |    .       .       .       .       .       .       .       .       .
"""

LAST_STAGE = (Status.AWAITING_REFERRAL, Status.REFERRED)


def everybody(people: Cast) -> dict[str, tuple[Appointment | None, Side | None]]:
    """Each row of the table: who, and the side on which they are on the dispute (None: not on it)."""
    council, health = people.council, people.health
    return {
        "originator": (council.practitioner, Side.RAISING),
        "raising line manager": (council.line_manager, Side.RAISING),
        "raising safeguarding lead": (council.lead, Side.RAISING),
        "raising senior manager": (council.senior_manager, Side.RAISING),
        "raising board representative": (council.board_representative, Side.RAISING),
        "responding practitioner": (health.practitioner, Side.RESPONDING),
        "responding line manager": (health.line_manager, Side.RESPONDING),
        "responding safeguarding lead": (health.lead, Side.RESPONDING),
        "responding senior manager": (health.senior_manager, Side.RESPONDING),
        "responding board representative": (health.board_representative, Side.RESPONDING),
        "chair": (people.chair, Side.AUTHORITY),
        "chief social work officer": (people.chief_social_work_officer, None),
        "practitioner of another agency": (people.charity, None),
        "auditor": (people.auditor, None),
        "board manager": (people.board_manager, None),
        "the clock": (None, None),
    }


def placed(people: Cast, status: Status, now: datetime) -> tuple[Dispute, dict[str, Appointment | None]]:
    """A Halton dispute with everybody on it, shown (in memory only) with the status of the row, at the stage it belongs to."""
    dispute = make_dispute(people, now=now)
    rows = everybody(people)
    for who, side in rows.values():
        if who is not None and side is not None:
            leads.join(dispute, who, side, now=now)
    dispute = fresh(dispute)
    dispute.stage = 4 if status in LAST_STAGE else 2
    dispute.__dict__["status"] = status.value
    return dispute, {name: who for name, (who, _) in rows.items()}


def expected() -> dict[str, dict[str, list[bool]]]:
    """The table above, read."""
    found: dict[str, dict[str, list[bool]]] = {}
    for line in filter(None, GRID.splitlines()):
        name, cells = (part.strip() for part in line.split("|"))
        if "escal" in cells:
            found[name] = rows = {}
        else:
            rows[name] = [cell == "x" for cell in cells.split()]
    return found


def may(dispute: Dispute, move: str, who: Appointment | None) -> bool:
    bound = getattr(dispute, move)
    return can_proceed(bound) and has_transition_perm(bound, who)  # type: ignore[arg-type]


def test_the_table_is_whole() -> None:
    table = expected()
    assert set(table) == set(Status.values)
    assert {len(rows) for rows in table.values()} == {16}
    assert {len(cells) for rows in table.values() for cells in rows.values()} == {len(MOVES)}
    assert {name for name, _, _ in allowed_moves()} == set(MOVES)


@pytest.mark.parametrize("status", list(Status))
def test_everybody_may_do_just_what_the_table_says(status: Status, now: datetime) -> None:
    dispute, people = placed(people_under("halton", now=now), status, now)
    actual = {
        name: [may(dispute, move, who) for move in MOVES]
        for name, who in people.items()
    }
    assert actual == expected()[status.value]
