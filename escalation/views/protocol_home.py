"""The board manager's way into the protocol: what is in force, its versions, its drafts, the file, and what differs."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from cases.http import NOT_FOUND, ActingRequest, visible_or_404
from cases.models import Appointment
from cases.roles import Permission
from escalation.forms.protocol_acts import CompareForm
from escalation.models import ProtocolDraft, ProtocolVersion
from escalation.models.protocol_draft import APPROVERS
from escalation.protocol_differences import differences
from escalation.protocol_drafting import read
from escalation.protocol_files import dumps
from escalation.protocol_reading import timetable_of


def refuse_strangers(acting: Appointment, *, writes: bool = False) -> None:
    """The pages of the protocol are for those who write it and those who approve it."""
    allowed = acting.has(Permission.MANAGE_PROTOCOL) or (acting.role in APPROVERS and not writes)
    if not allowed:
        raise Http404(NOT_FOUND)


@require_safe
def protocol(request: ActingRequest) -> HttpResponse:
    """The version in force as a timetable, the other versions, and the drafts."""
    acting = request.acting
    refuse_strangers(acting)
    versions = list(
        ProtocolVersion.objects.visible_to(acting).order_by("-version").select_related("published_by__user")
    )
    in_force = ProtocolVersion.objects.current_for(acting.partnership, on=timezone.localdate())
    drafts = ProtocolDraft.objects.visible_to(acting).open().select_related("edited_by__user")
    context = {
        "in_force": in_force,
        "versions": versions,
        "drafts": drafts,
        "may_manage": acting.has(Permission.MANAGE_PROTOCOL),
        "today": timezone.localdate(),
    }
    if in_force is not None:
        context |= timetable_of(in_force.protocol)
    return render(request, "escalation/protocol/home.html", context)


@require_safe
def version(request: ActingRequest, number: int) -> HttpResponse:
    """One version as a timetable."""
    refuse_strangers(request.acting)
    found = visible_or_404(ProtocolVersion.objects.select_related("published_by__user"), request.acting, version=number)
    context = {
        "version": found,
        "may_manage": request.acting.has(Permission.MANAGE_PROTOCOL),
        "today": timezone.localdate(),
    }
    return render(request, "escalation/protocol/version.html", context | timetable_of(found.protocol))


@require_safe
def export(request: ActingRequest, number: int) -> HttpResponse:
    """One version as a file that reads back as the same protocol."""
    refuse_strangers(request.acting)
    found = visible_or_404(ProtocolVersion.objects.all(), request.acting, version=number)
    return as_file(dumps(found.protocol), f"protocol-version-{number}.yaml")


def as_file(text: str, name: str) -> HttpResponse:
    """A text to download."""
    answer = HttpResponse(text, content_type="application/yaml; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


@require_safe
def compare(request: ActingRequest) -> HttpResponse:
    """What is different between two versions, or a version and a draft, in words."""
    acting = request.acting
    refuse_strangers(acting)
    known = {str(one.version): one for one in ProtocolVersion.objects.visible_to(acting).order_by("version")}
    drafts = {str(one.pk): one for one in ProtocolDraft.objects.visible_to(acting).open()}
    choices = [(number, f"Version {number}: {one.name}") for number, one in known.items()]
    choices += [(key, f"Draft: {one.title}") for key, one in drafts.items()]
    last = list(known)[-2:]
    start = {"before": last[0] if last else "", "after": last[-1] if last else ""}
    form = CompareForm(request.GET or None, initial=start, choices=choices)
    context: dict[str, object] = {"form": form}
    if form.is_valid():
        read_as = {key: one.protocol for key, one in known.items()} | {
            key: read(one.document)[0] for key, one in drafts.items()
        }
        before, after = (read_as[form.cleaned_data[name]] for name in ("before", "after"))
        context["names"] = [dict(choices)[form.cleaned_data[name]] for name in ("before", "after")]
        if before is None or after is None:
            context["incomplete"] = True
        else:
            context |= {"compared": True, "found": differences(before, after)}
    return render(request, "escalation/protocol/differences.html", context)
