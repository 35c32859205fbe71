"""One function for each thing people do before the last word, with believable words: each calls the real act."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Prefetch

from cases.errors import Refused
from cases.models import Appointment, Partnership
from cases.roles import Role
from decisions.demo import words
from decisions.demo.theme import Theme
from escalation.actions import outside, positions, safety, talks
from escalation.models import Dispute, Participant, Party
from escalation.protocol import Side


@dataclass
class Told:
    """A disagreement while it is told: its texts, its number (which varies the words) and its dispute once raised."""

    theme: Theme
    number: int
    home: Partnership
    staff: Sequence[Appointment]
    dispute_id: int = 0
    said: int = 0

    def pick(self, choices: Sequence[str]) -> str:
        """One of the wordings, another one each time."""
        self.said += 1
        return choices[(self.number + self.said) % len(choices)]

    def fresh(self) -> Dispute:
        """The dispute as it stands now."""
        people = Participant.objects.select_related("appointment__user", "appointment__agency", "appointment__manager")
        related = Dispute.objects.select_related(
            "protocol", "case", "partnership", "raising_agency", "raised_by__user", "raised_by__agency", "raised_by__manager"
        )
        return related.prefetch_related(
            Prefetch("participants", people), Prefetch("parties", Party.objects.select_related("agency"))
        ).get(pk=self.dispute_id)


Act = Callable[[Told, datetime], None]


def leader(dispute: Dispute, side: Side, *, agency_id: int | None = None) -> Appointment:
    """Who leads the present stage on this side (at this agency), or else the last of that side to join."""
    here = [
        row.appointment
        for row in dispute.participants.all()
        if row.side == side and agency_id in (None, row.appointment.agency_id)
    ]
    roles = {lead.role.value for lead in dispute.rules_now.leads.roles}
    return next((who for who in here if who.role in roles), here[-1])


def one_of(people: Iterable[Appointment]) -> Appointment:
    """The first of those who may do something."""
    found = next(iter(people), None)
    if found is None:
        raise Refused("Nobody on this dispute may do this now.", code="forbidden")
    return found


def originator(dispute: Dispute) -> Appointment:
    """Who raised it."""
    return dispute.raised_by


def manager_of(dispute: Dispute, side: Side) -> Appointment:
    """A line manager or other manager of this side who is on the dispute, or the originator's own."""
    managing = (Role.LINE_MANAGER, Role.SAFEGUARDING_LEAD, Role.SENIOR_MANAGER)
    here = [row.appointment for row in dispute.participants.all() if row.side == side and row.appointment.role in managing]
    return here[-1] if here else leader(dispute, side)


# --- talking -------------------------------------------------------------------------------------------------------


def _discuss(told: Told, now: datetime, kind: str, result: str, *, with_whom: str = "", mode: str = "") -> None:
    dispute = told.fresh()
    others = [row.appointment for row in dispute.participants.all() if row.side == Side.RESPONDING]
    talks.log_discussion(
        dispute=dispute, kind=kind, mode=mode or told.pick(words.MODES), happened_at=now - timedelta(minutes=25),
        with_whom=with_whom or (others[-1].described if others else "The duty worker"), result=result,
        by=leader(dispute, Side.RAISING), now=now,
    )


def attempt(told: Told, now: datetime) -> None:
    """Nobody was reached."""
    _discuss(told, now, "attempt", told.pick(words.ATTEMPTS))


def talk(told: Told, now: datetime) -> None:
    """The first talk, in the words of the theme; later ones in general words."""
    first = not told.fresh().discussions.filter(kind="talk").exists()
    _discuss(told, now, "talk", told.theme.talk if first else told.pick(words.SECOND_TALKS))


def meeting(told: Told, now: datetime) -> None:
    """A meeting of the agencies."""
    _discuss(told, now, "meeting", told.pick(words.MEETINGS), with_whom="Everybody on this dispute", mode="video")


def advice(told: Told, now: datetime) -> None:
    """Advice of the safeguarding lead."""
    _discuss(told, now, "advice", told.pick(words.ADVICE), with_whom="Our safeguarding lead", mode="phone")


def ask_outside(told: Told, now: datetime) -> None:
    """Somebody of an organisation without an account is asked; the link is among the demonstration's e-mails."""
    dispute = told.fresh()
    wanted = outside.Wanted(**words.OUTSIDE, until_on=outside.usual_day(dispute, now=now))
    outside.invite(dispute=dispute, wanted=wanted, by=leader(dispute, Side.RAISING), now=now)


# --- writing -------------------------------------------------------------------------------------------------------


def ours(told: Told, now: datetime) -> None:
    """The raising agency's position."""
    dispute = told.fresh()
    positions.state_position(
        dispute=dispute, stance="raises", text=told.theme.ours, by=leader(dispute, Side.RAISING), now=now,
        role_and_remit="We see the person every week and hold the care plan." if told.number % 2 and not told.theme.name else "",
    )


def _reply(told: Told, now: datetime, stance: str) -> None:
    dispute = told.fresh()
    if dispute.rules_now.single_agency:
        review(told, now)
        return
    for party in [party for party in dispute.parties.all() if party.side == Side.RESPONDING]:
        by = leader(dispute, Side.RESPONDING, agency_id=party.agency_id)
        positions.state_position(dispute=dispute, stance=stance, text=told.theme.theirs, by=by, now=now)


def reply(told: Told, now: datetime) -> None:
    """Those asked keep to their decision."""
    _reply(told, now, "stands")


def reply_change(told: Told, now: datetime) -> None:
    """Those asked change their decision."""
    _reply(told, now, "changes")


def reply_later(told: Told, now: datetime) -> None:
    """Those asked want to talk first."""
    _reply(told, now, "talk")


def review(told: Told, now: datetime) -> None:
    """A manager of the raising side agrees with the concern."""
    dispute = told.fresh()
    positions.review(
        dispute=dispute, agrees=True, rationale=told.theme.review, by=manager_of(dispute, Side.RAISING), now=now,
        next_steps="I will speak to my opposite number today." if told.number % 3 else "",
    )


def review_other(told: Told, now: datetime) -> None:
    """A manager of the other side does not agree with the concern."""
    dispute = told.fresh()
    positions.review(
        dispute=dispute, agrees=False, rationale=told.theme.theirs, by=manager_of(dispute, Side.RESPONDING), now=now
    )


def is_safe(told: Told, now: datetime) -> None:
    """The person is safe for now, or with measures."""
    dispute = told.fresh()
    safety.confirm_safety(dispute=dispute, safety=how_safe(told, now), by=leader(dispute, Side.RAISING), now=now)


def how_safe(told: Told, now: datetime) -> safety.Safety:
    """Every other disagreement has measures, with an owner and a date."""
    how = told.pick(words.SAFE)
    if told.number % 2:
        return safety.Safety(answer="safe", how=how)
    return safety.Safety(
        answer="with_measures", how=how, measures=told.theme.measures, measures_owner="The team manager on duty",
        review_on=now.date() + timedelta(days=5),
    )


def not_safe(told: Told, now: datetime) -> None:
    """The person is not safe any more."""
    dispute = told.fresh()
    answer = safety.Safety(answer="not_safe", how=words.NOT_SAFE)
    safety.confirm_safety(dispute=dispute, safety=answer, by=originator(dispute), now=now)


def voice(told: Told, now: datetime) -> None:
    """What the person wants, asked again."""
    dispute = told.fresh()
    told_yet = told.number % 3 != 1
    safety.record_voice(
        dispute=dispute, by=leader(dispute, Side.RAISING), now=now,
        voice=safety.Voice(
            desired_outcomes=told.theme.wants, told="yes" if told_yet else "not_yet",
            own_view="Thinks that somebody should decide, and soon." if told_yet else "",
            not_told_reason="" if told_yet else "Waiting for the advocate, so that it is explained once and well.",
            review_on=None if told_yet else now.date() + timedelta(days=4),
            advocate="Independent advocate" if told.number % 2 else "",
        ),
    )


def own_record(told: Told, now: datetime) -> None:
    """The raising agency has it in its own system."""
    dispute = told.fresh()
    talks.attest_own_record(
        dispute=dispute, own_reference=f"CR-{48000 + told.number * 13}/{dispute.stage}", recorded_on=now.date(),
        by=leader(dispute, Side.RAISING), now=now,
    )


def their_record(told: Told, now: datetime) -> None:
    """The other agency has it in its own system."""
    dispute = told.fresh()
    talks.attest_own_record(
        dispute=dispute, own_reference=f"RX{7100 + told.number}", recorded_on=now.date(),
        by=leader(dispute, Side.RESPONDING), now=now,
    )


def exhausted(told: Told, now: datetime) -> None:
    """Everything at this level was tried."""
    dispute = told.fresh()
    talks.attest_exhaustion(
        dispute=dispute, statement=told.pick(words.EXHAUSTED), by=leader(dispute, Side.RAISING), now=now
    )


def intention(told: Told, now: datetime) -> None:
    """The other side is told beforehand."""
    dispute = told.fresh()
    talks.notify_intention(dispute=dispute, text=told.pick(words.INTENTIONS), by=leader(dispute, Side.RAISING), now=now)


ACTS: dict[str, Act] = {
    act.__name__: act
    for act in (
        attempt, talk, meeting, advice, ours, reply, reply_change, reply_later, review, review_other, is_safe, not_safe,
        voice, own_record, their_record, exhausted, intention, ask_outside,
    )
}
