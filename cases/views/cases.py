"""Cases: one's own list, the page of a case, and what is known of the person."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.dateformat import format as format_date
from django.views.decorators.http import require_http_methods, require_safe

from cases.actions.persons import known_of, update_person, version_of
from cases.errors import Refused
from cases.forms.cases import FindCaseForm, PersonForm
from cases.http import NOT_FOUND, ActingRequest, acted_at, page_of, refused, visible_or_404
from cases.models import Appointment, Case, Person
from cases.models.case import Capacity
from cases.permissions import may_change_person, may_see_safe_address
from cases.reads import opened


@require_safe
def cases(request: ActingRequest) -> HttpResponse:
    """The cases this person is on, the latest first."""
    mine = Case.objects.visible_to(request.acting).select_related("person").prefetch_related("agencies")
    form = FindCaseForm(request.GET)
    wanted = form.cleaned_data["reference"].strip() if form.is_valid() else ""
    if wanted:
        mine = mine.filter(reference__icontains=wanted)
    context = {"page": page_of(mine, request), "form": form, "wanted": wanted}
    return render(request, "cases/cases.html", context)


@require_safe
def case(request: ActingRequest, reference: str) -> HttpResponse:
    """The person, the agencies and the people of one case."""
    related = Case.objects.select_related("person", "partnership").prefetch_related(
        "agencies", "person__references__agency", "members__appointment__user", "members__appointment__agency",
        "members__appointment__partnership",
    )  # fmt: skip
    found = visible_or_404(related, request.acting, reference=reference)
    opened(request, found)
    context = {
        "case": found, "may_change": may_change_person(request.acting, found),
        "may_see_safe_address": may_see_safe_address(request.acting, found),
    }  # fmt: skip
    return render(request, "cases/case.html", context)


@require_http_methods(["GET", "POST"])
def person(request: ActingRequest, reference: str) -> HttpResponse:
    """Change what is known of the person; a second editor sees both versions (F50)."""
    found = visible_or_404(Case.objects.select_related("person", "partnership"), request.acting, reference=reference)
    if found.person is None or not may_change_person(request.acting, found):
        raise Http404(NOT_FOUND)
    opened(request, found)
    agency, status = request.acting.agency, 200
    both: list[dict[str, Any]] = []
    known = known_of(found.person, agency) | {"seen": version_of(found.person, agency)}
    form = PersonForm(request.POST or None, initial=known, today=timezone.localdate())
    if request.method == "POST" and form.is_valid():
        try:
            update_person(
                case=found, changes=form.details, seen=form.cleaned_data["seen"], by=request.acting, now=acted_at()
            )
        except Refused as error:
            status = refused(request, form, error)
            if error.code == "stale":
                both = _both_versions(form, found.person, request.acting)
        else:
            messages.success(request, "What is known of the person is saved.")
            return redirect("case", reference)
    return render(request, "cases/person.html", {"form": form, "case": found, "both": both}, status=status)


def _both_versions(form: PersonForm, person: Person, acting: Appointment) -> list[dict[str, Any]]:
    """Yours and theirs for each answer that differs; the form is given the version they saved, so that saving again decides."""
    person.refresh_from_db()
    theirs, yours = known_of(person, acting.agency), form.details
    form.show_again(version_of(person, acting.agency))
    return [
        {"label": form.fields[name].label, "yours": in_words(name, yours[name]), "theirs": in_words(name, theirs[name])}
        for name in yours
        if yours[name] != theirs[name]
    ]


def in_words(name: str, value: Any) -> str:
    """An answer as it is read."""
    if isinstance(value, bool):
        return "Yes" if value else "No"
    if name == "capacity":
        return str(Capacity(value).label)
    if name == "date_of_birth":
        return format_date(value, "j F Y") if value else "Not given"
    return str(value) or "Not given"
