"""Who has read an agency's cases in a week, what the rules point out of it, and what came of looking into that."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from django.conf import settings
from django.utils import timezone

from cases import audit
from cases.errors import Refused
from cases.models import AccountNotice, Appointment, AuditEvent, Case, Partnership, ReadingNote
from cases.permissions import may_manage_directory
from cases.roles import Role
from cases.rows import one_act
from cases.unusual import LONDON, NAME, Rules, bounds_of, monday_of, pointed_out

READS = ("case_read", "refused", "refused_again", "reading_looked_into")
PEOPLE = ("user", "agency", "partnership", "in_place_of__user")
NOT_LISTED = "This reading is not on a list of yours."
NOT_ONESELF = "Nobody looks into what they read themselves. Another lead of your agency, or the board manager, does."


@dataclass(frozen=True)
class Reading:
    """One person's readings of one case in a week."""

    reader: Appointment
    case: Case
    read_at: list[datetime]
    flags: list[str]
    notes: list[ReadingNote] = field(default_factory=list)

    @property
    def is_unusual(self) -> bool:
        """Whether a rule points it out."""
        return bool(self.flags)


def rules() -> Rules:
    """The thresholds of this installation."""
    return Rules(**settings.READING_RULES)


def may_see_lists(by: Appointment) -> bool:
    """The safeguarding leads of an agency, and the board manager."""
    return may_manage_directory(by) and by.role in (Role.SAFEGUARDING_LEAD, Role.BOARD_MANAGER)


@one_act
def readings_of_week(*, by: Appointment, week_on: date, now: datetime) -> list[Reading]:
    """For a lead every reading of their agency's cases; for the board manager what is pointed out of all agencies' cases.

    Nothing of cases that are shut to them. The latest reading comes first.
    """
    found = _readings(_cases_for(by), week_on, now)
    return found if by.agency_id is not None else [one for one in found if one.is_unusual]


def _cases_for(by: Appointment) -> dict[str, Case]:
    known = Case.objects.filter(partnership=by.partnership_id).exclude(pk__in=Case.objects.shut_to(by))
    found = known if by.agency_id is None else known.filter(agencies=by.agency_id)
    return {str(case.pk): case for case in found.select_related("person").order_by("pk")}


def _readings(cases: Mapping[str, Case], week_on: date, now: datetime) -> list[Reading]:
    begin, end = bounds_of(week_on)
    reads = AuditEvent.objects.filter(action="case_read", object_type="cases.case", at__gte=begin, at__lt=end)
    rows = reads.filter(object_id__in=list(cases), appointment__isnull=False).order_by("at", "pk")
    read: dict[tuple[int, str], list[datetime]] = defaultdict(list)
    for who, case, at in rows.values_list("appointment_id", "object_id", "at"):
        read[who, case].append(at)
    people = Appointment.objects.select_related(*PEOPLE).in_bulk({who for who, _ in read})
    acted, most = _acts(cases, read, people, begin, end), _most_in_a_day(people.values(), begin, end)
    notes = defaultdict(list)
    noted = ReadingNote.objects.filter(week_on=week_on, case__in=[case.pk for case in cases.values()])
    for note in noted.select_related("by__user", "by__agency", "by__partnership").order_by("pk"):
        notes[note.reader_id, str(note.case_id)].append(note)
    found = []
    for (who, case), moments in read.items():
        user, person, last = people[who].user, cases[case].person, acted.get((people[who].user_id, case))
        flags = pointed_out(
            reader=user.name, person=person.name if person else "", read_at=moments, most_in_a_day=most.get(user.pk, 0),
            acted_at=last, now=now, rules=rules(),
        )  # fmt: skip
        found.append(Reading(people[who], cases[case], moments, flags, notes[who, case]))
    return sorted(found, key=lambda one: (one.read_at[-1], one.reader.pk), reverse=True)


def _acts(
    cases: Mapping[str, Case],
    read: Mapping[tuple[int, str], object],
    people: Mapping[int, Appointment],
    begin: datetime,
    end: datetime,
) -> dict[tuple[int | None, str], datetime]:
    """When each of these readers last did something in the case, until the days for it are over; reading alone is no act."""
    scopes = {audit.scope_of_case(int(case)): case for _, case in read}
    until = end + timedelta(days=rules().days_to_act)
    rows = AuditEvent.objects.filter(head__scope__in=list(scopes), user__in={held.user_id for held in people.values()})
    done = rows.filter(at__gte=begin, at__lt=until).exclude(action__in=READS).order_by("at")
    return {(user, scopes[scope]): at for user, scope, at in done.values_list("user_id", "head__scope", "at")}


def _most_in_a_day(people: Iterable[Appointment], begin: datetime, end: datetime) -> dict[int | None, int]:
    """How many cases each of these people opened on their busiest day of the week, in whatever agency."""
    opened: dict[tuple[int | None, date], set[str]] = defaultdict(set)
    rows = AuditEvent.objects.filter(
        action="case_read", user__in={held.user_id for held in people}, at__gte=begin, at__lt=end
    )
    for user, case, at in rows.values_list("user_id", "object_id", "at"):
        opened[user, at.astimezone(LONDON).date()].add(case)
    most: dict[int | None, int] = defaultdict(int)
    for (reader, _), cases in opened.items():
        most[reader] = max(most[reader], len(cases))
    return most


@one_act
def look_into(
    *, by: Appointment, week_on: date, reader_id: int, reference: str, words: str, now: datetime
) -> ReadingNote:
    """Write down what came of looking into a reading; it stays, and others may add to it."""
    found = reading_listed(by=by, week_on=week_on, reader_id=reader_id, reference=reference, now=now)
    if found.reader.is_one_with(by):
        raise Refused(NOT_ONESELF, code="forbidden")
    made = ReadingNote.objects.create(
        agency_id=by.agency_id, week_on=week_on, reader=found.reader, case=found.case, words=words, by=by, at=now
    )
    data = {"reader": found.reader.pk, "week": week_on.isoformat(), "flags": found.flags}
    audit.record("reading_looked_into", made, scope=audit.scope_of_case(found.case.pk), by=by, now=now, data=data)
    return made


def reading_listed(*, by: Appointment, week_on: date, reader_id: int, reference: str, now: datetime) -> Reading:
    """One line of a list of theirs; refused when there is none."""
    for one in readings_of_week(by=by, week_on=week_on, now=now) if may_see_lists(by) else ():
        if (one.reader.pk, one.case.reference) == (reader_id, reference):
            return one
    raise Refused(NOT_LISTED, code="forbidden")


@one_act
def record_taken_out(*, by: Appointment, week_on: date, lines: int, now: datetime) -> None:
    """That a list left the service as a file."""
    scope = audit.scope_of_agency(by.agency_id) if by.agency_id else audit.scope_of_partnership(by.partnership_id)
    audit.record(
        "readers_exported", by, scope=scope, by=by, now=now, data={"week": week_on.isoformat(), "lines": lines}
    )


def words_for(by: Appointment) -> dict[str, str]:
    """The rules as they are told to this person: the board's office is not told whose name is like whose."""
    told = rules().words
    return told if by.agency_id is not None else told | {NAME: "A rule about names, which the agency’s lead sees"}


def tell_of_lists(*, now: datetime) -> int:
    """Once a week tell each lead that last week's list is ready, and the board manager when something in it is pointed out."""
    return sum(_tell(partnership, now) for partnership in Partnership.objects.order_by("pk"))


@one_act
def _tell(partnership: Partnership, now: datetime) -> int:
    Partnership.objects.select_for_update(no_key=True).get(pk=partnership.pk)
    week_on = monday_of(timezone.localdate(now)) - timedelta(days=7)
    owed = list(_not_told(partnership, week_on, now))
    for keeper in owed:
        if readings_of_week(by=keeper, week_on=week_on, now=now):
            kind, week = AccountNotice.Kind.READERS_LISTED, week_on.isoformat()
            AccountNotice.objects.create(user_id=keeper.user_id, kind=kind, device=week, owed_at=now)
    return len(owed)


def _not_told(partnership: Partnership, week_on: date, now: datetime) -> Iterable[Appointment]:
    running = (
        Appointment.objects.active_on(timezone.localdate(now))
        .filter(partnership=partnership)
        .select_related("agency", "user")
    )
    kind, week = AccountNotice.Kind.READERS_LISTED, week_on.isoformat()
    told = set(AccountNotice.objects.filter(kind=kind, device=week).values_list("user_id", flat=True))
    for held in running:
        if may_see_lists(held) and held.user_id not in told:
            told.add(held.user_id)
            yield held
