"""Who holds which role: appointing, changing, ending, and naming the first person to turn to."""

from __future__ import annotations

from datetime import date, datetime

from allauth.account.models import EmailAddress
from django.db import IntegrityError, transaction

from cases import audit
from cases.errors import Refused
from cases.models import Agency, Appointment, User
from cases.permissions import (
    AGENCY_ROLES,
    BOARD_ROLES,
    may_appoint,
    may_change_appointment,
    may_keep_agency,
    may_manage_directory,
)
from cases.roles import Role
from cases.rows import one_act

NOT_YOURS = "The directory of this agency is kept by its safeguarding lead and by the board manager. Ask one of them."
NOT_YOUR_OWN = "Nobody records their own roles. Ask the board manager, or your agency's other safeguarding lead."


@one_act
def appoint(
    *,
    agency: Agency | None,
    role: Role,
    name: str,
    email: str,
    starts_on: date,
    by: Appointment,
    now: datetime,
    phone: str = "",
    job_title: str = "",
    remit: str = "",
    manager: Appointment | None = None,
    is_contact: bool = False,
    ends_on: date | None = None,
) -> Appointment:
    """Give somebody a role; whoever has no account yet gets one, and sets a password through the reset page."""
    _check_place(by, role, agency)
    if ends_on and ends_on < starts_on:
        raise Refused("The role must end on the day it starts, or later.", field="ends_on")
    _check_manager(manager, agency, by)
    user = _account(email, name=name, phone=phone)
    if user.pk == by.user_id:
        raise Refused(NOT_YOUR_OWN, code="forbidden")
    try:
        with transaction.atomic():
            held = Appointment.objects.create(
                user=user, partnership=by.partnership, agency=agency, role=role, remit=remit, job_title=job_title,
                manager=manager, is_contact=is_contact, starts_on=starts_on, ends_on=ends_on,
            )  # fmt: skip
    except IntegrityError as error:
        raise Refused("This person already holds this role from that day.", field="email") from error
    audit.record("appointed", held, scope=scope_of(held), by=by, now=now, data={"role": str(role), "user": user.pk})
    return held


@one_act
def change_appointment(
    *, appointment: Appointment, job_title: str, phone: str, manager: Appointment | None, by: Appointment, now: datetime,
    email: str = "",
) -> Appointment:
    """Correct the job title, phone, e-mail address or manager."""
    held = _locked(appointment, by)
    if manager is not None and manager.pk == held.pk:
        raise Refused("Choose somebody else as the manager.", field="manager")
    _check_manager(manager, held.agency, by)
    changed = [name for name, value in (("job_title", job_title), ("manager", manager)) if getattr(held, name) != value]
    held.job_title, held.manager = job_title, manager
    held.save(update_fields=["job_title", "manager"])
    if held.user.phone != phone:
        changed.append("phone")
        held.user.phone = phone
        held.user.save(update_fields=["phone"])
    if email and held.user.email.casefold() != email.casefold():
        changed.append("email")
        _correct_address(held.user, email, by)
    if changed:
        audit.record("appointment_changed", held, scope=scope_of(held), by=by, now=now, data={"fields": changed})
    return held


@one_act
def end_appointment(*, appointment: Appointment, ends_on: date, by: Appointment, now: datetime) -> Appointment:
    """Let a role end after a day; what was done in it stays as it was."""
    held = _locked(appointment, by)
    if held.ends_on and held.ends_on <= ends_on:
        raise Refused("This role already ends on that day or before.", code="stale")
    if ends_on < held.starts_on:
        raise Refused("The role must end on the day it starts, or later.", field="ends_on")
    held.ends_on = ends_on
    held.save(update_fields=["ends_on"])
    audit.record("appointment_ended", held, scope=scope_of(held), by=by, now=now, data={"ends_on": ends_on.isoformat()})
    return held


@one_act
def set_contact(*, appointment: Appointment, is_contact: bool, by: Appointment, now: datetime) -> Appointment:
    """Make somebody the first person to turn to for their role, or no longer."""
    held = _locked(appointment, by)
    if held.is_contact != is_contact:
        held.is_contact = is_contact
        held.save(update_fields=["is_contact"])
        action = "contact_named" if is_contact else "contact_removed"
        audit.record(action, held, scope=scope_of(held), by=by, now=now)
    return held


@one_act
def set_records_address(*, agency: Agency, records_email: str, by: Appointment, now: datetime) -> Agency:
    """Where the agency's records officers get the daily checkpoint of the audit trail; empty for nowhere."""
    if not may_keep_agency(by, agency):
        raise Refused(NOT_YOURS, code="forbidden")
    kept = Agency.objects.select_for_update(no_key=True).get(pk=agency.pk)
    if kept.records_email != records_email:
        kept.records_email = records_email
        kept.save(update_fields=["records_email"])
        fields = {"fields": ["records_email"]}
        audit.record("agency_changed", kept, scope=audit.scope_of_agency(kept.pk), by=by, now=now, data=fields)
    return kept


def _locked(appointment: Appointment, by: Appointment) -> Appointment:
    related = Appointment.objects.select_related("user", "agency", "partnership")
    held = related.select_for_update(no_key=True, of=("self",)).get(pk=appointment.pk)
    if held.user_id in by.people:
        raise Refused(NOT_YOUR_OWN, code="forbidden")
    if not may_change_appointment(by, held):
        raise Refused(NOT_YOURS, code="forbidden")
    return held


def _correct_address(user: User, email: str, by: Appointment) -> None:
    """Whoever could change the address of an account in use could take it over: then only the board manager does."""
    if by.agency_id is not None and user.last_login is not None:
        raise Refused("This person signs in with that address. Ask the board manager to correct it.", field="email")
    if not all(may_change_appointment(by, held) for held in user.appointments.filter(in_place_of=None).select_related("agency")):
        raise Refused("This person has roles that you do not keep. Ask whoever keeps them.", field="email")
    if User.objects.filter(email__iexact=email).exclude(pk=user.pk).exists():
        raise Refused("Somebody else signs in with this address.", field="email")
    user.email = email.lower()
    user.save(update_fields=["email"])
    EmailAddress.objects.filter(user=user).delete()


def _check_place(by: Appointment, role: Role, agency: Agency | None) -> None:
    if may_appoint(by, role, agency):
        return
    if by.agency_id is None and may_manage_directory(by) and agency is None and role not in BOARD_ROLES:
        raise Refused("Choose the agency at which this role is held.", field="agency")
    if by.agency_id is None and may_manage_directory(by) and role not in AGENCY_ROLES:
        raise Refused("This role is held at the board itself: choose that instead of the agency.", field="agency")
    raise Refused(NOT_YOURS, code="forbidden")


def _account(email: str, *, name: str, phone: str) -> User:
    """The account with this address, made now if there is none; two who make it at once get the same one."""
    known = User.objects.filter(email__iexact=email)
    if found := known.first():
        return found
    try:
        with transaction.atomic():
            return User.objects.create_user(email, name=name, phone=phone)
    except IntegrityError:
        return known.get()


def _check_manager(manager: Appointment | None, agency: Agency | None, by: Appointment) -> None:
    if manager is None:
        return
    if manager.partnership_id != by.partnership_id or manager.agency_id != (agency.pk if agency else None):
        raise Refused("Choose a manager at the same agency.", field="manager")


def scope_of(held: Appointment) -> str:
    """The chain of the agency at which a role is held, or of the partnership for the board itself."""
    if held.agency_id is not None:
        return audit.scope_of_agency(held.agency_id)
    return audit.scope_of_partnership(held.partnership_id)
