"""Pages on which many people are recorded from a file after a dry run, and the directory is taken out as one."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cases import people_file
from cases.actions import people_import as acts
from cases.forms.directory import ImportForm
from cases.http import NOT_FOUND, ActingRequest, acted_at
from cases.models import Appointment
from cases.permissions import may_change_appointment, may_manage_directory
from cases.roles import Role


@require_http_methods(["GET", "POST"])
def import_people(request: ActingRequest) -> HttpResponse:
    """Send a file, and see line by line what it would do; nothing is recorded yet."""
    _for_keepers(request)
    form = ImportForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        raw = form.cleaned_data["file"].read(people_file.MOST_BYTES + 1)
        return _tried(request, raw, acts.try_file(raw=raw, by=request.acting, now=acted_at()))
    context = {"form": form, "columns": people_file.COLUMNS, "needed": people_file.NEEDED, "roles": list(Role)}
    return render(request, "cases/import_people.html", context)


@require_POST
def record_people(request: ActingRequest) -> HttpResponse:
    """Record everybody of a file that was tried; with one thing wrong meanwhile nobody."""
    _for_keepers(request)
    raw = request.POST.get("text", "").encode()
    result = acts.import_file(raw=raw, by=request.acting, now=acted_at())
    if result.wrong:
        return _tried(request, raw, result)
    number = len(result.recorded)
    messages.success(request, f"{number} {'role is' if number == 1 else 'roles are'} recorded.")
    return redirect("directory")


@require_safe
def export_people(request: ActingRequest) -> HttpResponse:
    """The entries that one keeps, as a file; that it was taken out is recorded."""
    _for_keepers(request)
    running = Appointment.objects.visible_to(request.acting).active_on(timezone.localdate())
    found = running.select_related("user", "agency", "partnership", "manager__user").order_by("agency", "user__name", "pk")
    held = [one for one in found if may_change_appointment(request.acting, one)]
    text = acts.take_out(held=held, by=request.acting, now=acted_at())
    headers = {"Content-Disposition": 'attachment; filename="directory.csv"', "X-Content-Type-Options": "nosniff"}
    return HttpResponse(text, content_type="text/csv; charset=utf-8", headers=headers)


def _tried(request: ActingRequest, raw: bytes, result: acts.Result) -> HttpResponse:
    wrong = sorted(result.wrong, key=lambda told: (told.line, told.column))
    context = {
        "recorded": result.recorded, "wrong": wrong, "number": len(result.lines),
        "text": "" if wrong else raw.decode("utf-8-sig"),
    }  # fmt: skip
    return render(request, "cases/import_tried.html", context)


def _for_keepers(request: ActingRequest) -> None:
    if not may_manage_directory(request.acting):
        raise Http404(NOT_FOUND)
