"""Pages on which leads see who has read their agency's cases week by week, and write down what came of looking into it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from cases.actions import readings as acts
from cases.errors import Refused
from cases.forms.readings import LookIntoForm
from cases.http import NOT_FOUND, ActingRequest, acted_at, refused
from cases.people_file import table_written
from cases.templatetags.dates import date_and_time
from cases.unusual import monday_of

COLUMNS = ("Case", "Name", "Role", "Agency", "Times", "First", "Last", "Pointed out", "Looked into")
WEEKS_BACK = 52


@require_safe
def readers(request: ActingRequest) -> HttpResponse:
    """One week's readers: all of them for a lead, what is pointed out for the board manager."""
    week_on, this_week = _week(request), monday_of(timezone.localdate(acted_at()))
    found = acts.readings_of_week(by=request.acting, week_on=week_on, now=acted_at())
    context = {
        "readings": [(one, [_words(request)[flag] for flag in one.flags]) for one in found], "week_on": week_on,
        "until": week_on + timedelta(days=6), "rules": list(acts.rules().words.values()),
        "is_board": request.acting.agency_id is None,
        "unusual": sum(one.is_unusual for one in found), "is_this_week": week_on == this_week,
        "earlier": week_on - timedelta(days=7) if week_on > this_week - timedelta(weeks=WEEKS_BACK) else None,
        "later": week_on + timedelta(days=7) if week_on < this_week else None,
    }  # fmt: skip
    return render(request, "cases/readers.html", context)


@require_safe
def readers_file(request: ActingRequest) -> HttpResponse:
    """The same week as a file that a spreadsheet takes for text; that it was taken out is recorded."""
    week_on = _week(request)
    found = acts.readings_of_week(by=request.acting, week_on=week_on, now=acted_at())
    acts.record_taken_out(by=request.acting, week_on=week_on, lines=len(found), now=acted_at())
    headers = {
        "Content-Disposition": f'attachment; filename="readers-{week_on.isoformat()}.csv"', "X-Content-Type-Options": "nosniff",
    }  # fmt: skip
    return HttpResponse(_written(request, found), content_type="text/csv; charset=utf-8", headers=headers)


@require_http_methods(["GET", "POST"])
def look_into(request: ActingRequest, week: str, pk: int, reference: str) -> HttpResponse:
    """Write down what came of asking about one person's reading of one case."""
    week_on, by, status = _day(week), request.acting, 200
    try:
        found = acts.reading_listed(by=by, week_on=week_on, reader_id=pk, reference=reference, now=acted_at())
    except Refused as error:
        raise Http404(NOT_FOUND) from error
    form = LookIntoForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            words = form.cleaned_data["words"]
            acts.look_into(by=by, week_on=week_on, reader_id=pk, reference=reference, words=words, now=acted_at())
        except Refused as error:
            status = refused(request, form, error)
        else:
            messages.success(request, "It is recorded that you looked into it.")
            return redirect(f"{reverse('readers')}?week={week_on.isoformat()}")
    context = {
        "form": form,
        "reading": found,
        "flags": [_words(request)[flag] for flag in found.flags],
        "week_on": week_on,
    }
    return render(request, "cases/look_into.html", context, status=status)


def _week(request: ActingRequest) -> date:
    """The Monday asked for, or that of the current week; only for those who have such a list."""
    if not acts.may_see_lists(request.acting):
        raise Http404(NOT_FOUND)
    asked = request.GET.get("week", "")
    return _day(asked) if asked else monday_of(timezone.localdate(acted_at()))


def _day(text: str) -> date:
    try:
        return monday_of(date.fromisoformat(text))
    except (ValueError, OverflowError) as error:
        raise Http404(NOT_FOUND) from error


def _words(request: ActingRequest) -> dict[str, str]:
    return acts.words_for(request.acting)


def _written(request: ActingRequest, found: Sequence[acts.Reading]) -> str:
    told = _words(request)
    return table_written(COLUMNS, [_cells(one, told) for one in found])


def _cells(one: acts.Reading, told: Mapping[str, str]) -> list[str]:
    where = one.reader.agency.short_name if one.reader.agency else one.reader.partnership.short_name
    return [
        one.case.reference, one.reader.user.name, one.reader.title, where, str(len(one.read_at)),
        date_and_time(one.read_at[0]), date_and_time(one.read_at[-1]), "; ".join(told[flag] for flag in one.flags),
        "; ".join(f"{note.by.described}: {note.words}" for note in one.notes),
    ]  # fmt: skip
