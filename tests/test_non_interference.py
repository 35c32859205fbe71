"""Non-interference: what somebody is answered is the same, byte for byte, with and without a case that they may not know of.

Each world has people, disputes that the observer may see or not, and a chance: who raises the hidden one against whom, how far
it climbs, whether it is restricted or shut by a conflict, and how it ends. The observer asks every address twice, once before
the hidden dispute is there and once after. A few worlds in the test command; two hundred with ``LONG=1``.
"""

from __future__ import annotations

import difflib
import os
import random
import re
from datetime import date, datetime
from functools import cache, reduce
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.db import transaction
from django.test import Client

from cases.actions.cases import open_case
from cases.models import Appointment
from cases.roles import Role
from escalation.actions import interests, restrictions
from escalation.actions.feeds import address_of, make_feed
from escalation.actions.moves import withdraw
from escalation.actions.raising import raise_dispute
from escalation.actions.restrictions import Wanted
from escalation.models import Dispute
from escalation.models.dispute import AT_WORK
from tests import url_matrix, url_matrix_disputes
from tests.clock import Clock
from tests.factories import Team, make_agency, make_team
from tests.factories_disputes import SAFE, climb, fresh, make_dispute, people_under, raised

pytestmark = pytest.mark.django_db

KEYS = ("halton", "luton", "dundee", "south_lanarkshire")
WORLDS = 200 if "LONG" in os.environ else 3
Answer = tuple[int, bytes]
NAME, UNKNOWN = "Zebedee Quillfeather", "2026-9876"
# What each answer has of its own, whoever asks: tokens against forgery and against sending twice, the policy's nonce, its second.
OWN = re.compile(rb'(csrfmiddlewaretoken" value="|name="once" value="|nonce="|"csrf": "|DTSTAMP:)[^"\r]*')
# The board's office knows how many cases are restricted to named people, and nothing else of them (F53).
OFFICE_KNOWS = re.compile(rb'<tr[^>]*><th[^>]*>Restricted to named people</th>.*?</tr>\n', re.DOTALL)
# They draw a secret, write to a browser's session or say how old it is; and what the observer declared of themselves is theirs.
LEFT_OUT = re.compile(r"/account/(second-factor|time|prove)|/calendar-feed/renew|/(api/)?declarations/")
OF_ONE = (
    "", "story/", "positions/", "actions/", "people/", "readers/", "evidence/", "documents/", "dates/", "links/link/",
    "learning/", "decisions/", "meetings/propose/", "people/bring-in/",
)  # fmt: skip


@cache
def open_addresses() -> tuple[str, ...]:
    """Every address of the tables that anybody signed in may ask for and that names nothing."""
    rows = [row for row in url_matrix.ROWS if row.method == "get" and row.stranger == 200]
    found = [row.url for row in rows] + [row.url for row in url_matrix_disputes.ROWS if row.is_open and row.answer == 200]
    return tuple(sorted({url for url in found if "{" not in url and not LEFT_OUT.match(url)}))


TEAM = ("practitioner", "line_manager", "lead", "senior_manager", "board_representative")
OBSERVERS = (
    *(f"{team}.{role}" for team in ("council", "health") for role in TEAM),
    "stranger", "charity", "chair", "chief_social_work_officer", "board_manager", "auditor",
)  # fmt: skip


class World:
    """One protocol's people; what the observer has of their own; the dispute that comes and is hidden from them."""

    def __init__(self, seed: int, now: datetime) -> None:
        self.chance, self.now = random.Random(seed), now
        self.people = people_under(KEYS[seed % len(KEYS)], now=now)
        home = self.people.partnership
        self.others = [make_team(make_agency(home, kind)) for kind in ("housing", "probation")]
        self.observer = self.member(self.chance.choice(OBSERVERS))
        self.addresses = self.chance.sample(open_addresses(), 20)
        self.visible = [self.climbed(make_dispute(self.people, now=now)) for _ in range(self.chance.randint(0, 2))]
        self.feed = urlsplit(address_of(make_feed(by=self.observer, now=now))).path

    def member(self, dotted: str) -> Appointment:
        found: Appointment = reduce(getattr, dotted.split("."), self.people)  # type: ignore[assignment]
        return found

    def climbed(self, dispute: Dispute) -> Dispute:
        """To any stage but the last."""
        for _ in range(self.chance.randint(0, 2)):
            if not dispute.is_last_stage and dispute.status in AT_WORK:
                dispute = climb(dispute, now=self.now)
        return dispute

    def hide(self) -> Dispute:
        """A dispute about somebody else, which the observer may not know of: of others, restricted, or in conflict."""
        is_of_others = self.chance.random() < 0.6
        raiser, other = self.others if is_of_others else (self.people.council, self.people.health)
        case = open_case(
            name=NAME, date_of_birth=date(1961, 6, 3), own_reference="ZQ-1", agencies=[other.agency],
            details={"address": "9 Quarry Row, Runcorn"}, by=raiser.practitioner, now=self.now,
        )  # fmt: skip
        dispute = raise_dispute(
            case=case, responding=[other.agency], raised=raised(self.now, worry=f"{NAME} is alone."), safety=SAFE,
            by=raiser.practitioner, now=self.now, addressee=other.practitioner,
        )  # fmt: skip
        dispute = self.climbed(fresh(dispute))
        if Dispute.objects.visible_to(self.observer).filter(pk=dispute.pk).exists():
            self.shut(fresh(dispute), raiser)
        elif self.chance.random() < 0.3:
            withdraw(dispute=fresh(dispute), reason="Settled by phone.", by=raiser.practitioner, now=self.now)
        return dispute

    def shut(self, dispute: Dispute, raiser: Team) -> None:
        """By the observer's own conflict of interest, or by a list of two others."""
        named = [raiser.practitioner, raiser.senior_manager]
        if self.observer in named or self.chance.random() < 0.4:
            interests.declare(dispute=dispute, has_conflict=True, what="A neighbour.", by=self.observer, now=self.now)
        else:
            wanted = Wanted(named, "A relative works here.")
            restrictions.restrict(dispute=dispute, wanted=wanted, by=raiser.senior_manager, now=self.now)

    def answers(self, clock: Clock) -> dict[str, Answer]:
        """What the observer is answered everywhere, as if they had asked for nothing else."""
        found, addresses = {}, [*self.addresses, f"/disputes/?q={NAME}", f"/cases/?q={NAME}", self.feed]
        for dispute in Dispute.objects.filter(pk__in=[row.pk for row in self.visible]).visible_to(self.observer):
            addresses += [f"/disputes/{dispute.reference}/{one}" for one in OF_ONE] + [f"/api/disputes/{dispute.reference}/"]
        for address in addresses:
            clock.move_to(self.now)
            with transaction.atomic():
                found[address] = asked(self.observer, address)
                transaction.set_rollback(True)
        return found


def asked(who: Appointment, address: str) -> Answer:
    """One answer, without what every answer has of its own."""
    client = Client()
    client.force_login(who.user)
    response: Any = client.get(address)
    body = b"".join(response.streaming_content) if response.streaming else response.content
    if who.role == Role.BOARD_MANAGER:
        body = OFFICE_KNOWS.sub(b"", body)
    return response.status_code, OWN.sub(rb"\1", body)


def differences(before: dict[str, Answer], after: dict[str, Answer]) -> dict[str, list[str]]:
    """The lines in which the same address answered something else."""
    found = {}
    for address in before:
        if before[address] != after[address]:
            was, became = (answer[1].decode(errors="replace").splitlines() for answer in (before[address], after[address]))
            found[address] = list(difflib.unified_diff(was, became, lineterm="", n=0))
    return found


@pytest.mark.parametrize("seed", range(WORLDS))
def test_what_one_may_not_know_of_changes_no_byte_of_any_answer(seed: int, clock: Clock, now: datetime) -> None:
    clock.move_to(now)
    world = World(seed, now)
    without = world.answers(clock)
    hidden = world.hide()
    assert not Dispute.objects.visible_to(world.observer).filter(pk=hidden.pk).exists()
    assert differences(without, world.answers(clock)) == {}
    prefix = hidden.reference.partition("-")[0]
    for address in ("/disputes/{}/", "/disputes/{}/story/", "/api/disputes/{}/", "/disputes/?reference={}"):
        there, nowhere = (asked(world.observer, address.format(name)) for name in (hidden.reference, f"{prefix}-{UNKNOWN}"))
        assert there == (nowhere[0], nowhere[1].replace(UNKNOWN.encode(), hidden.reference.partition("-")[2].encode()))
