"""The board manager's calendar: bank holidays of the nation, the partnership's own closures, adding and taking back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from cases.errors import Refused
from cases.forms.base import GovukForm
from cases.http import NOT_FOUND, ActingRequest, acted_at, refused, visible_or_404
from cases.roles import Nation, Permission
from cases.templatetags.dates import local_date
from escalation import calendars
from escalation.actions.calendars import add_closure, remove_closure
from escalation.forms.calendars import AddClosureForm, RemoveClosureForm
from escalation.models import LocalClosure


@require_http_methods(["GET", "POST"])
def calendar(request: ActingRequest) -> HttpResponse:
    """This year's and next year's days that are not worked, and the form for one more."""
    _keeper_or_404(request)
    now, status = acted_at(), 200
    form = AddClosureForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        done = "The day is in the calendar. Dates that moved were told to the people on each disagreement."
        status = _try(request, form, lambda: add_closure(**form.cleaned_data, by=request.acting, now=now))
        if status == 302:
            messages.success(request, done)
            return redirect("calendar")
    today = local_date(now)
    closures = LocalClosure.objects.visible_to(request.acting).filter(day__gte=date(today.year, 1, 1))
    context = {
        "form": form, "today": today, "nation": calendars.NAMES[Nation(request.acting.partnership.nation)],
        "holidays": calendars.holidays_of_two_years(request.acting.partnership.nation, today.year),
        "closures": closures.select_related("added_by__user", "removed_by__user"),
        "known_until": calendars.PROCLAIMED_UNTIL, "ends_soon": calendars.ends_soon(today),
        "version": calendars.calendar_for(request.acting.partnership.nation).version,
    }  # fmt: skip
    return render(request, "escalation/calendar.html", context, status=status)


@require_http_methods(["GET", "POST"])
def remove(request: ActingRequest, pk: int) -> HttpResponse:
    """A day is worked after all, and why."""
    _keeper_or_404(request)
    closure = visible_or_404(LocalClosure.objects.in_force(), request.acting, pk=pk)
    form, status = RemoveClosureForm(request.POST or None), 200
    if request.method == "POST" and form.is_valid():
        given, now = form.cleaned_data, acted_at()
        status = _try(request, form, lambda: remove_closure(closure=closure, **given, by=request.acting, now=now))
        if status == 302:
            messages.success(request, "The day is taken out. Dates that moved were told to the people on each disagreement.")
            return redirect("calendar")
    return render(request, "escalation/calendar_remove.html", {"form": form, "closure": closure}, status=status)


def _try(request: ActingRequest, form: GovukForm, act: Callable[[], object]) -> int:
    try:
        act()
    except Refused as error:
        return refused(request, form, error)
    return 302


def _keeper_or_404(request: ActingRequest) -> None:
    if not request.acting.has(Permission.MANAGE_PROTOCOL):
        raise Http404(NOT_FOUND)
