"""The demonstration's data: believable, complete, made once, and nowhere but in a demonstration."""

import json
from collections import Counter
from datetime import datetime
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from cases import audit
from cases.models import Absence, Appointment, Partnership, User
from cases.roles import Role
from decisions.demo.founding import found_everything
from decisions.demo.stories import STORIES, THEMES, WALKS
from decisions.demo.telling import ACTS
from decisions.models import DecisionRecord
from escalation.models import Deadline, Dispute, DisputeStage, Notification
from escalation.models.dispute import RUNNING, Status
from tests.clock import Clock

pytestmark = pytest.mark.django_db


def test_every_walk_consists_of_real_acts_and_every_story_of_known_texts() -> None:
    named = {part.split()[1] for walk in WALKS.values() for part in walk.split(", ")}
    assert named <= {*ACTS, "raise", "up"}
    assert {story.walk for story in STORIES} == set(WALKS)
    assert {story.theme for story in STORIES} == set(THEMES)


@pytest.fixture
def told(transactional_db: None, clock: Clock, now: datetime) -> str:
    """What the command said that made everything."""
    clock.move_to(now)
    return run("demo_data", "-v2")


def run(*command: str) -> str:
    """What a command says."""
    out = StringIO()
    call_command(*command, stdout=out)
    return out.getvalue()


@pytest.mark.slow
def test_the_demonstration_shows_every_state_and_stage_and_is_made_once(told: str, now: datetime) -> None:
    assert "not done" not in told
    assert f"4 partnerships and {len(STORIES)} disputes" in told
    assert len(STORIES) >= 40
    disputes = Dispute.objects.select_related("partnership", "protocol")
    assert {dispute.status for dispute in disputes} == set(Status.values)
    for home in Partnership.objects.all():
        mine = [dispute for dispute in disputes if dispute.partnership_id == home.pk]
        assert len(mine) >= 8
        assert max(dispute.stage for dispute in mine) == max(len(dispute.rules.stages) for dispute in mine)
    assert set(DecisionRecord.objects.values_list("state", flat=True)) == set(DecisionRecord.State.values)
    assert DecisionRecord.objects.filter(version=2, state="signed").exists()
    hows = set(DisputeStage.objects.values_list("closed_how", flat=True))
    assert hows >= {"escalated", "by_clock", "agreed", "outcome", "overtaken_by_events"}
    assert DisputeStage.objects.filter(skipped_at__isnull=False).exists()
    assert Deadline.objects.filter(missed_at__isnull=False, met_at=None, ended_at=None).exists()
    assert not Dispute.objects.filter(raised_at__gt=now).exists()
    (theme,) = [dispute for dispute in disputes if dispute.rules.is_thematic]
    assert (theme.case.initials, theme.status) == ("Theme", Status.IN_DISCUSSION)
    (absence,) = Absence.objects.in_force_now().with_people()
    assert Dispute.objects.filter(participants__appointment=absence.person, status__in=RUNNING).exists()
    assert list(audit.broken_links()) == []
    waiting = Notification.objects.filter(sent_at=None).count()
    assert 0 < waiting < Notification.objects.count() / 5  # the mailbox is not flooded
    assert "there already" in run("demo_data")
    assert Dispute.objects.count() == len(STORIES)
    assert "5 of 5 disputes" in run("demo_data", "--disputes", "5")
    assert Dispute.objects.count() == len(STORIES) + 5



def test_every_role_is_held_by_somebody_invented(now: datetime) -> None:
    found_everything(now=now)
    for home in Partnership.objects.all():
        held = Counter(Appointment.objects.filter(partnership=home).values_list("role", flat=True))
        missing = set(Role) - set(held)
        assert missing <= ({Role.CHIEF_SOCIAL_WORK_OFFICER} if home.nation != "scotland" else set())
    heads = Appointment.objects.filter(partnership__key="south_lanarkshire").exclude(remit="")
    assert {head.remit for head in heads} == {"adult", "children-and-justice"}
    assert all(user.email.endswith(".demo.example") for user in User.objects.all())


def test_people_are_listed_for_programs_and_for_people(clock: Clock, now: datetime) -> None:
    clock.move_to(now)
    found_everything(now=now)
    people = json.loads(run("demo_people", "--json"))
    assert {"persona", "role", "agency", "partnership", "email", "password"} <= people[0].keys()
    user = User.objects.get(email=people[0]["email"])
    assert user.check_password(people[0]["password"])
    assert people[0]["email"] in run("demo_people")


@pytest.mark.parametrize("command", ["demo_data", "demo_people"])
def test_both_commands_are_refused_outside_a_demonstration(command: str, settings: object) -> None:
    settings.DEMO = False  # type: ignore[attr-defined]
    with pytest.raises(CommandError, match="not a demonstration"):
        call_command(command, stdout=StringIO())
    assert not User.objects.exists()
