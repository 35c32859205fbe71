"""The directory: who holds which role at which agency, and the forms of those who keep it (F58, A-12)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cases.actions.directory import (
    appoint,
    change_appointment,
    end_appointment,
    set_contact,
    set_records_address,
)
from cases.actions.recoveries import waiting
from cases.actions.unused import let_back
from cases.errors import Refused
from cases.forms.directory import AppointForm, ChangeAppointmentForm, EndAppointmentForm, RecordsAddressForm
from cases.http import NOT_FOUND, ActingRequest, acted_at, refused, visible_or_404
from cases.models import Absence, Agency, Appointment
from cases.permissions import may_change_appointment, may_keep_agency, may_manage_directory, may_record_absence
from cases.roles import Role
from cases.standing_in import Away, away_at

NEEDED = (Role.LINE_MANAGER, Role.SAFEGUARDING_LEAD)
PLACES = {role.value: place for place, role in enumerate(Role)}


@dataclass(frozen=True)
class Entry:
    """One person in one role, and whether the reader may change it."""

    held: Appointment
    may_change: bool
    absence: Absence | None = None
    stand_in: Appointment | None = None
    may_record_absence: bool = False


@dataclass(frozen=True)
class Section:
    """One agency (None is the board itself), its people, and the roles that nobody holds."""

    agency: Agency | None
    entries: list[Entry]
    gaps: list[str]
    may_keep: bool = False
    signs_in_elsewhere: bool = False


@require_safe
def directory(request: ActingRequest) -> HttpResponse:
    """Everybody of the partnership by agency."""
    sections = sections_for(request.acting, timezone.localdate(), away_at(acted_at(), [request.acting.partnership_id]))
    context = {
        "sections": sections, "may_manage": may_manage_directory(request.acting),
        "recoveries": waiting(request.acting, now=acted_at()) if may_manage_directory(request.acting) else [],
    }  # fmt: skip
    return render(request, "cases/directory.html", context)


def sections_for(acting: Appointment, day: date, away: Away) -> list[Section]:
    """The directory as this person sees it, own agency first, in a fixed number of queries."""
    running = Appointment.objects.visible_to(acting).active_on(day)
    running = running.select_related("user", "agency", "partnership", "manager__user")
    people: dict[int | None, list[Appointment]] = {}
    for held in sorted(running, key=lambda held: (PLACES[held.role], not held.is_contact, held.user.name, held.pk)):
        people.setdefault(held.agency_id, []).append(held)
    agencies = sorted(
        Agency.objects.visible_to(acting).select_related("commissioner", "own_sign_in"),
        key=lambda agency: (agency.pk != acting.agency_id, agency.name),
    )
    return [_section(agency, people.get(agency.pk, []), acting, away) for agency in agencies] + [
        _section(None, people.get(None, []), acting, away)
    ]


def _section(agency: Agency | None, held: list[Appointment], acting: Appointment, away: Away) -> Section:
    roles = {entry.role for entry in held}
    gaps = [role.title for role in NEEDED if role not in roles] if agency else []
    may_keep = agency is not None and may_keep_agency(acting, agency)
    own = getattr(agency, "own_sign_in", None)
    elsewhere = own is not None and own.ended_at is None
    return Section(agency, [_entry(entry, acting, away) for entry in held], gaps, may_keep, elsewhere)


def _entry(held: Appointment, acting: Appointment, away: Away) -> Entry:
    """One entry, with who stands in while they are away."""
    may_record = may_record_absence(acting, held)
    return Entry(
        held, may_change_appointment(acting, held), away.of.get(held.pk), away.end_of_chain(held.pk), may_record
    )


@require_http_methods(["GET", "POST"])
def appoint_somebody(request: ActingRequest) -> HttpResponse:
    """Give somebody a role."""
    if not may_manage_directory(request.acting):
        raise Http404(NOT_FOUND)
    today, status = timezone.localdate(), 200
    form = AppointForm(request.POST or None, acting=request.acting, day=today, initial={"starts_on": today})
    if request.method == "POST" and form.is_valid():
        answers = form.cleaned_data | {"role": Role(form.cleaned_data["role"])}
        try:
            held = appoint(**answers, by=request.acting, now=acted_at())
        except Refused as error:
            status = refused(request, form, error)
        else:
            messages.success(request, f"{held.user.name} is recorded as {Role(held.role).title}.")
            return redirect("directory")
    return render(request, "cases/appoint.html", {"form": form}, status=status)


@require_http_methods(["GET", "POST"])
def change(request: ActingRequest, pk: int) -> HttpResponse:
    """Correct an entry."""
    held = _kept_entry(request, pk)
    form, status = ChangeAppointmentForm(request.POST or None, held=held, day=timezone.localdate()), 200
    if request.method == "POST" and form.is_valid():
        try:
            change_appointment(appointment=held, **form.cleaned_data, by=request.acting, now=acted_at())
        except Refused as error:
            status = refused(request, form, error)
        else:
            messages.success(request, "The entry is saved.")
            return redirect("directory")
    context = {"form": form, "held": held, "end_form": EndAppointmentForm()}
    return render(request, "cases/change_appointment.html", context, status=status)


@require_http_methods(["GET", "POST"])
def end(request: ActingRequest, pk: int) -> HttpResponse:
    """Let a role end."""
    held, today, status = _kept_entry(request, pk), timezone.localdate(), 200
    form = EndAppointmentForm(request.POST or None, initial={"ends_on": today})
    if request.method == "POST" and form.is_valid():
        try:
            end_appointment(appointment=held, ends_on=form.cleaned_data["ends_on"], by=request.acting, now=acted_at())
        except Refused as error:
            status = refused(request, form, error)
        else:
            messages.success(request, "The last day is recorded.")
            return redirect("directory")
    return render(request, "cases/end_appointment.html", {"form": form, "held": held}, status=status)


@require_POST
def contact(request: ActingRequest, pk: int) -> HttpResponse:
    """Name the first person to turn to, or take the mark away."""
    held = _kept_entry(request, pk)
    try:
        set_contact(appointment=held, is_contact=request.POST.get("is_contact") == "yes", by=request.acting, now=acted_at())
    except Refused as error:
        refused(request, None, error)
    else:
        messages.success(request, "The entry is saved.")
    return redirect(reverse("change_appointment", args=[pk]))


@require_POST
def let_somebody_back(request: ActingRequest, pk: int) -> HttpResponse:
    """Open an account again that was suspended because it was not used."""
    held = _kept_entry(request, pk)
    try:
        let_back(held=held, by=request.acting, now=acted_at())
    except Refused as error:
        refused(request, None, error)
    else:
        messages.success(request, f"{held.user.name} can sign in again, and is told so by e-mail.")
    return redirect(reverse("change_appointment", args=[pk]))


@require_http_methods(["GET", "POST"])
def records_address(request: ActingRequest, pk: int) -> HttpResponse:
    """Where an agency's records get the daily checkpoint; for those who keep the agency."""
    agency, status = visible_or_404(Agency.objects.all(), request.acting, pk=pk), 200
    if not may_keep_agency(request.acting, agency):
        raise Http404(NOT_FOUND)
    form = RecordsAddressForm(request.POST or None, initial={"records_email": agency.records_email})
    if request.method == "POST" and form.is_valid():
        try:
            set_records_address(agency=agency, **form.cleaned_data, by=request.acting, now=acted_at())
        except Refused as error:
            status = refused(request, form, error)
        else:
            messages.success(request, "The records address is saved.")
            return redirect("directory")
    return render(request, "cases/records_address.html", {"form": form, "agency": agency}, status=status)


def _kept_entry(request: ActingRequest, pk: int) -> Appointment:
    """The entry, for those who keep it; for everybody else the address does not exist."""
    people = Appointment.objects.select_related("user", "agency", "partnership")
    held = visible_or_404(people, request.acting, pk=pk)
    if not may_change_appointment(request.acting, held):
        raise Http404(NOT_FOUND)
    return held
