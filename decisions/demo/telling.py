"""Tells the demonstration's disagreements in the order of time, with the clock's sweeps in between as a worker makes them."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, time, timedelta
from functools import partial
from itertools import count

from django.db import transaction
from django.db.models import F, Min

from cases.actions.cases import open_case, open_theme
from cases.errors import Refused
from cases.models import Absence, Agency, Appointment, Case, Partnership
from cases.models.case import Capacity
from cases.roles import Role
from decisions.demo import acts_above, acts_below, acts_moving, words
from decisions.demo.acts_below import Act, Told, how_safe
from decisions.demo.founding import everybody
from decisions.demo.stories import AWAY, THEMES, WALKS, Story, TimeAway
from escalation.actions.absences import Away, record_absence
from escalation.actions.raising import Raised, raise_dispute
from escalation.actions.sweep import sweep
from escalation.deadlines import LONDON
from escalation.models import Deadline, Notification, ProtocolVersion
from escalation.models.dispute import AT_WORK, Status

ACTS: dict[str, Act] = {**acts_below.ACTS, **acts_moving.ACTS, **acts_above.ACTS}
NINE, WORKING_MINUTES = time(9), 9 * 60
AFTER_A_LIMIT = timedelta(seconds=40)
STAYS_IN_THE_OUTBOX = timedelta(hours=20)
STAYS_UNREAD = timedelta(days=4)


@dataclass
class Result:
    """How many were raised, and every act that was refused because the story had taken another turn."""

    raised: int = 0
    refused: list[str] = field(default_factory=list)


@dataclass(order=True)
class Step:
    """The next thing to happen in one story; ``rest`` says what comes after it, once it has happened."""

    at: datetime
    order: int
    do: Callable[[], None] = field(compare=False)
    rest: Iterator[tuple[datetime, Callable[[], None]]] = field(compare=False)


@transaction.atomic
def tell(stories: Sequence[Story], *, now: datetime, first_number: int = 0) -> Result:
    """Let every story happen up to ``now``, unseen by anybody until all of it has: nothing half-told can be met."""
    result, order, ahead = Result(), count(), list[Step]()

    def queue(rest: Iterator[tuple[datetime, Callable[[], None]]]) -> None:
        following = next(rest, None)
        if following is not None and following[0] <= now:
            heapq.heappush(ahead, Step(following[0], next(order), following[1], rest))

    homes = {home.key: home for home in Partnership.objects.filter(key__in={story.partnership for story in stories})}
    staff = {key: everybody(home) for key, home in homes.items()}
    for number, story in enumerate(stories, start=first_number):
        told = Told(THEMES[story.theme], number, homes[story.partnership], staff[story.partnership])
        queue(_steps(story, told, result, now=now))
    for away in [one for one in AWAY if one.partnership in homes]:
        queue(_goes_away(away, staff[away.partnership], now=now))
    while ahead:
        step = heapq.heappop(ahead)
        _sweep_until(step.at)
        step.do()
        queue(step.rest)
    _sweep_until(now)
    _settle_notices(now=now)
    return result


def _steps(story: Story, told: Told, result: Result, *, now: datetime) -> Iterator[tuple[datetime, Callable[[], None]]]:
    """What happens in a story and when; each is worked out after the one before has happened."""
    parts = WALKS[story.walk].split(", ")[1:]
    began = min(_moment(story, told, 0, now=now), now - timedelta(minutes=5))
    yield began, partial(_raise, story, told, result, began)
    days, is_relative = 0.0, False
    for part in parts:
        after, name = part.split()
        days = float(after) + (days if is_relative or after.startswith("+") else 0)
        if name != "up":
            at = _moment(story, told, days, now=now)
            yield at, partial(_do, ACTS[name], story, told, result, at)
            continue
        is_relative, pace = True, float(after)
        while (climbing := _climbing(told)) is not None:
            at = _moment(story, told, days, now=now)
            yield at, partial(_do, climbing, story, told, result, at)
            days += pace / 2


def _goes_away(away: TimeAway, staff: Sequence[Appointment], *, now: datetime) -> Iterator[tuple[datetime, Callable[[], None]]]:
    """Since yesterday morning somebody is away, once; a colleague stands in."""
    person, stand_in = (next(one for one in staff if _is(one, away.agency, role)) for role in (away.person, away.stand_in))
    today = now.astimezone(LONDON).date()
    absent = Away(today - timedelta(days=1), today + timedelta(days=away.days_ahead), stand_in, Absence.Reason.LEAVE)
    if not Absence.objects.filter(person=person).exists():
        at = datetime.combine(absent.from_on, NINE, LONDON).astimezone(UTC)
        yield at, partial(_record_absence, person, absent, at)


def _record_absence(person: Appointment, absent: Away, at: datetime) -> None:
    record_absence(person=person, away=absent, by=person, now=at)


def _climbing(told: Told) -> Act | None:
    """On the way up: a reply where one is awaited, else the next stage; nothing at the last one."""
    dispute = told.fresh()
    if dispute.is_last_stage or dispute.status not in AT_WORK:
        return None
    waits = dispute.status == Status.AWAITING_REPLY and not dispute.rules_now.single_agency
    return acts_below.reply if waits else acts_moving.climb


def _moment(story: Story, told: Told, days: float, *, now: datetime) -> datetime:
    """A time between nine and six in London: whole days count from the day it was raised, parts are of nine hours."""
    whole, part = divmod(story.ago % 1 + days, 1)
    day = now.astimezone(LONDON).date() - timedelta(days=int(story.ago)) + timedelta(days=int(whole))
    minutes = int(part * WORKING_MINUTES) + told.number * 7 % 50
    return (datetime.combine(day, NINE, LONDON) + timedelta(minutes=minutes)).astimezone(UTC)


def _do(act: Act, story: Story, told: Told, result: Result, at: datetime) -> None:
    try:
        with transaction.atomic():
            act(told, at)
    except Refused as error:
        result.refused.append(f"{story.partnership}, {story.theme}, {act.__name__}: {error.message}")


def _raise(story: Story, told: Told, result: Result, at: datetime) -> None:
    theme = told.theme
    role = Role.SENIOR_MANAGER if theme.name else Role.PRACTITIONER
    ours = next(one for one in told.staff if _is(one, theme.raising, role))
    theirs = next(one for one in told.staff if _is(one, theme.responding, role))
    case = (_theme_of if theme.name else _case_of)(told, ours, theirs, at)
    dispute = raise_dispute(
        case=case, responding=[_agency(theirs)], addressee=None if theme.name else theirs, raised=_raised(story, told, at),
        safety=None if theme.name else how_safe(told, at), by=ours, now=at, track=_track(told, at),
    )
    told.dispute_id = dispute.pk
    result.raised += 1


def _case_of(told: Told, ours: Appointment, theirs: Appointment, at: datetime) -> Case:
    theme = told.theme
    name, born, address = words.person_of(told.number, is_child=theme.is_child)
    return open_case(
        name=name, date_of_birth=born, own_reference=f"{told.home.reference_prefix}{61000 + told.number * 17}", by=ours,
        agencies=[_agency(theirs)], now=at - timedelta(hours=2),
        details={
            "address": address, "desired_outcomes": theme.wants, "is_child": theme.is_child,
            "capacity": Capacity.NOT_RELEVANT if theme.is_child else Capacity.HAS,
        },
    )


def _theme_of(told: Told, ours: Appointment, theirs: Appointment, at: datetime) -> Case:
    return open_theme(theme=told.theme.name, agencies=[_agency(theirs)], by=ours, now=at - timedelta(hours=2))


def _track(told: Told, at: datetime) -> str:
    """The first way through the partnership's protocol of that day that fits; none where it has only one."""
    version = ProtocolVersion.objects.current_for(told.home, on=at.astimezone(LONDON).date())
    tracks = version.document.get("tracks", ()) if version else ()
    wanted = "theme" if told.theme.name else "person"
    return next((str(one["key"]) for one in tracks if one.get("about", "person") == wanted), "")


def _raised(story: Story, told: Told, at: datetime) -> Raised:
    theme = told.theme
    said = Raised(
        decision_disputed=theme.decision, worry=theme.worry, proposed_resolution=theme.resolution, evidence=theme.evidence,
        aim=theme.aim, concern_arose_at=at - timedelta(hours=3),
        ground=theme.ground if story.partnership == "south_lanarkshire" else "",
        category=theme.category_under(story.partnership),
    )
    if theme.name:
        return said
    return replace(
        said, decided_by="The duty team" if told.number % 2 else "", danger_answer="not_in_danger", persons_view=theme.wants,
        capacity=Capacity.NOT_RELEVANT if theme.is_child else Capacity.HAS, entry_stage=story.entry_stage,
        immediate_risk_reason=words.IMMEDIATE if story.entry_stage > 1 else "",
    )


def _is(one: Appointment, kind: str, role: Role) -> bool:
    return one.agency is not None and one.agency.kind == kind and one.role == role


def _agency(one: Appointment) -> Agency:
    assert one.agency is not None  # noqa: S101 (for the type checker: practitioners work for an agency)
    return one.agency


def _sweep_until(at: datetime) -> None:
    """Whatever falls due before ``at`` is swept within the minute, as by a worker."""
    before = None
    while (due := Deadline.objects.aggregate(first=Min("next_look_at"))["first"]) is not None and before != due <= at:
        sweep(now=min(due + AFTER_A_LIMIT, at))
        before = due  # what somebody else holds is left to the worker


def _settle_notices(*, now: datetime) -> None:
    """Old notices went out in their time; only the latest are left for the worker to send, so that no mailbox is flooded."""
    old = Notification.objects.filter(sent_at=None, created_at__lt=now - STAYS_IN_THE_OUTBOX)
    old.update(sent_at=F("created_at"), attempts=1, next_attempt_at=None)
    Notification.objects.filter(read_at=None, created_at__lt=now - STAYS_UNREAD).update(read_at=F("created_at"))
