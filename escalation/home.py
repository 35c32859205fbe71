"""My work: which blocks each role finds there, in which order, and the board manager's overview."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from django.db.models import Count

from cases import rows
from cases.models import Agency, Appointment, Case
from cases.roles import Permission, Role
from escalation import (
    advice_waiting,
    calendars,
    glass_waiting,
    leads,
    mistakes_waiting,
    outside_waiting,
    places,
    queues,
    recoveries_waiting,
    restrictions_waiting,
)
from escalation.deadlines import LONDON
from escalation.models import Dispute, Draft, Engagement, ProtocolVersion
from escalation.models.dispute import Status
from escalation.protocol import Protocol, Stage
from escalation.queues import Block, block
from escalation.turn import roles_in_words

RECENT = 10


@dataclass(frozen=True)
class Gap:
    """A stage that nobody leads, and for whom."""

    stage: Stage
    role: str
    agencies: Sequence[str]
    track: str = ""


@dataclass(frozen=True)
class Home:
    """What one role finds on My work."""

    blocks: Sequence[Block] = ()
    drafts: Sequence[Draft] = ()
    may_raise: bool = False
    gaps: Sequence[Gap] = ()
    version: ProtocolVersion | None = None
    counts: Sequence[tuple[str, int]] = ()
    shows_search: bool = False
    reads_under: Sequence[Engagement] | None = None
    shows_overview: bool = False
    calendar_ends_soon: bool = False


def home_for(acting: Appointment, now: datetime) -> Home:
    """My work of this role: before it what waits for those one stands in for and what is asked of one, last what one asked."""
    home = _own(acting, now)
    asked = [*advice_waiting.blocks_of(acting), *glass_waiting.blocks_of(acting, now), *mistakes_waiting.blocks_of(acting)]
    answers, awaited = outside_waiting.blocks_of(acting, now)
    asked += [*answers, *restrictions_waiting.blocks_of(acting), *recoveries_waiting.blocks_of(acting, now)]
    return replace(home, blocks=[*places.blocks_of(acting, now), *asked, *home.blocks, *awaited])


def _own(acting: Appointment, now: datetime) -> Home:
    if acting.role == Role.INDEPENDENT_SCRUTINEER and queues.running_for(acting):
        return _last_word(acting, now)  # the protocol gives the scrutineer the last word, and something is referred
    if acting.role in (Role.AUDITOR, Role.INDEPENDENT_SCRUTINEER):
        return _auditor(acting, now)
    if acting.has(Permission.MANAGE_PROTOCOL):
        return _board_manager(acting, now)
    if acting.has(Permission.GIVE_LAST_WORD):
        return _last_word(acting, now)
    if acting.has(Permission.REVIEW_AS_MANAGER):
        return _manager(acting, now)
    return _practitioner(acting, now)


def _practitioner(acting: Appointment, now: datetime) -> Home:
    running = queues.running_for(acting)
    raised = queues.raised_by(acting, now)
    known = {line.reference for line in raised}
    waiting = [one for one in running if one.is_mine]
    others = [one for one in running if not one.is_mine and one.dispute.reference not in known]
    blocks = [
        block("waiting", "Waiting for you", [*waiting, *queues.actions_owned(acting, now)],
              "Disputes in which it is your turn, and what you have agreed to do, appear here."),
        block("raised", "You raised", raised, "What you raise appears here, with what happens and what you are told."),
    ]  # fmt: skip
    if owed := queues.duties_owed(running):
        blocks.insert(1, block("owed", "Still owed by you", owed, ""))
    if others:
        blocks.append(block("others", "You are also on", others, ""))
    return Home(blocks + queues.from_above(acting, now, running), queues.drafts_of(acting), may_raise=_may_raise(acting))


def _manager(acting: Appointment, now: datetime) -> Home:
    today = now.astimezone(LONDON).date()
    running = queues.running_for(acting)
    due = [one for one in running if one.is_due_by(today)]
    ours = [one for one in running if one.is_ours and one not in due]
    theirs = [one for one in running if not one.is_ours]
    whole = queues.sees_whole_agency(acting)
    feedback = queues.feedback_owed(acting, now, running)
    blocks = [
        block("due", "Due today", due, "What must be done today by your agency, or was to be done before, appears here."),
        block("us", "Waiting on us", ours,
              "Disputes in which it is your agency’s turn appear here." if whole else "Disputes you are on in which it is "
              "your agency’s turn appear here."),
        block("them", "Waiting on them", theirs, "Disputes in which it is somebody else’s turn appear here."),
        *queues.from_above(acting, now, running),
        block("feedback", feedback_heading(feedback), feedback,
              "Whoever still waits to hear what was done appears here."),
        block("actions", "Actions overdue", queues.actions_overdue(acting, today, running),
              "What your agency’s people agreed to do and have not done in time appears here."),
    ]  # fmt: skip
    if owed := queues.duties_owed(running):
        blocks.insert(2, block("owed", "Still owed by you", owed, ""))
    if raised := queues.raised_by(acting, now):
        blocks.append(block("raised", "You raised", raised, ""))
    gaps = gaps_in(acting, today, only=acting.agency) if whole else ()
    return Home(blocks, queues.drafts_of(acting), may_raise=_may_raise(acting), gaps=gaps)


def feedback_heading(owed: Sequence[queues.Line]) -> str:
    """The heading of the feedback that is owed, with how many are late (F16)."""
    late = sum("Late" in line.note for line in owed)
    return f"Feedback owed, {late} late" if late else "Feedback owed"


def _last_word(acting: Appointment, now: datetime) -> Home:
    running = queues.running_for(acting)
    referred = [one for one in running if one.dispute.status == Status.REFERRED and one.is_mine]
    decided = [one for one in running if one.dispute.status == Status.AWAITING_CONFIRMATION]
    yours = [one for one in running if one.is_mine and one not in referred and one not in decided]
    rest = [one for one in running if one not in referred and one not in decided and one not in yours]
    blocks = [
        block("referred", "Referred to you", referred, "Disputes that are referred to you for the last word appear here."),
        block("decided", "Decided, waiting for the agencies", decided,
              "What was decided or agreed and waits for each agency’s word in writing appears here."),
        *queues.from_above(acting, now),
    ]  # fmt: skip
    if acting.agency_id is not None:
        blocks.insert(0, block("waiting", "Waiting for you", yours, "Disputes in which it is your turn appear here."))
    if rest:
        blocks.append(block("others", "Under way", rest, ""))
    return Home(blocks, may_raise=_may_raise(acting))


def _auditor(acting: Appointment, now: datetime) -> Home:
    recent = queues.with_line_data(Dispute.objects.visible_to(acting)).order_by("-raised_at", "-pk")[:RECENT]
    lines = queues.lines_of(recent, acting)
    empty = "Disputes that you may read appear here, the latest first."
    waiting = [one for one in queues.from_above(acting, now) if one.lines]
    under = list(Engagement.objects.of(acting).select_related("agency"))
    return Home([*waiting, Block("recent", "Lately raised", lines, empty)], shows_search=True, reads_under=under)


def _board_manager(acting: Appointment, now: datetime) -> Home:
    today = now.astimezone(LONDON).date()
    version = ProtocolVersion.objects.current_for(acting.partnership, on=today)
    gaps = gaps_in(acting, today)
    counts = [*(counts_by_stage(acting, version.protocol) if version else ()), *restricted(acting)]
    return Home(
        queues.from_above(acting, now), gaps=gaps, version=version, counts=counts, shows_overview=True,
        calendar_ends_soon=calendars.ends_soon(today),
    )  # fmt: skip


def restricted(acting: Appointment) -> list[tuple[str, int]]:
    """How many cases are restricted to named people: for the board's office this number and nothing else (F53)."""
    with rows.everything("a number of what its reader may not know one by one"):
        number = Case.objects.filter(partnership=acting.partnership_id, named__isnull=False).count()
    return [("Restricted to named people", number)] if number else []


def counts_by_stage(acting: Appointment, rules: Protocol) -> list[tuple[str, int]]:
    """How many disputes run at each stage of the protocol in force."""
    found = Dispute.objects.visible_to(acting).running().order_by().values_list("track", "stage").annotate(Count("pk"))
    if not rules.tracks:
        return [
            (f"{stage.label}: {stage.name}", sum(number for _, order, number in found if order == stage.order))
            for stage in rules.stages
        ]
    numbers = {(track, order): number for track, order, number in found}
    counts = [
        (f"{track.label}, {stage.label}: {stage.name}", numbers.pop((track.key, stage.order), 0))
        for track, stage in rules.every_stage
        if track
    ]
    return [*counts, *([("Under an earlier version", sum(numbers.values()))] if numbers else [])]


def gaps_in(acting: Appointment, today: date, *, only: Agency | None = None) -> list[Gap]:
    """The stages for which an agency (or the partnership) has nobody in the directory who could lead them."""
    version = ProtocolVersion.objects.current_for(acting.partnership, on=today)
    if version is None:
        return []
    held = Appointment.objects.visible_to(acting).active_on(today).values_list("agency_id", "role", "remit")
    agencies = [only] if only else list(Agency.objects.visible_to(acting).select_related("commissioner"))
    there: set[tuple[int | None, str, str]] = set(held)
    gaps = []
    for track, stage in version.protocol.every_stage:
        if stage.optional:
            continue  # an agency without this level passes it over
        if stage.leads.of_partnership:
            names = [] if only or _is_led(stage, {(role, remit) for _, role, remit in there}) else ["The board"]
        else:
            names = [agency.short_name for agency in agencies if not _is_led_at(stage, agency, there)]
        if names:
            roles = roles_in_words(stage.leads.roles, stage.leads.joint)
            gaps.append(Gap(stage, roles, names, track=track.label if track else ""))
    return gaps


def _is_led_at(stage: Stage, agency: Agency, there: set[tuple[int | None, str, str]]) -> bool:
    """Whether the agency has somebody of its own, or one that another agency lends it."""
    held = {pk: {(role, remit) for where, role, remit in there if where == pk} for pk in {where for where, *_ in there}}
    return any(_is_led(stage, held.get(one.pk, set())) for one in (agency, *leads.lenders(stage, agency)))


def _is_led(stage: Stage, held: set[tuple[str, str]]) -> bool:
    have = [
        any(role == lead.role and (not lead.remit or remit == lead.remit) for role, remit in held)
        for lead in stage.leads.roles
    ]
    return all(have) if stage.leads.joint else any(have)


def _may_raise(acting: Appointment) -> bool:
    return acting.has(Permission.RAISE_DISPUTE) and acting.agency_id is not None
