"""The documents of a dispute: ask for one, watch it being made, take it out. Each is its requester's alone."""

from __future__ import annotations

from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from cases.errors import Refused
from cases.http import NOT_FOUND, ActingRequest, acted_at, refused
from decisions.actions.exports import UNFINISHED, record_download, request_export
from decisions.exports import fingerprint, may_export
from decisions.exports.decided import sent_referrals
from decisions.exports.parts import Reader
from decisions.forms.exports import ExportForm
from decisions.models import Export
from escalation.models import Dispute
from escalation.views.frame import dispute_frame, dispute_to_read

SHOWN = 50
WITHOUT_FILE = ("pdf", "bundle")


@require_safe
def dispute_documents(request: ActingRequest, reference: str) -> HttpResponse:
    """The documents one has asked for, and the form to ask for another."""
    dispute = dispute_to_read(request, reference)
    return _documents(request, dispute, _form_for(request, dispute))


@require_POST
def export_request(request: ActingRequest, reference: str) -> HttpResponse:
    """Ask for a document."""
    dispute = dispute_to_read(request, reference)
    form, status = _form_for(request, dispute), 200
    if form.is_valid():
        try:
            asked = request_export(dispute=dispute, by=request.acting, now=acted_at(), **form.cleaned_data)
            return redirect("export", reference, asked.pk)
        except Refused as error:
            status = refused(request, form, error)
    return _documents(request, dispute, form, status)


@require_safe
def export(request: ActingRequest, reference: str, pk: UUID) -> HttpResponse:
    """How far a document is; when it is ready, the file and its fingerprints."""
    found = _own(request, reference, pk)
    context = {
        "export": found,
        "dispute": found.dispute,
        "is_unfinished": found.state in UNFINISHED,
        "fingerprint": fingerprint(found.bundle) if found.state == Export.State.READY else "",
    }
    return render(request, "decisions/export.html", context)


@require_safe
def export_file(request: ActingRequest, reference: str, pk: UUID) -> HttpResponse:
    """The file, under a name that says nothing of the person; that it was taken out is recorded."""
    found = _own(request, reference, pk)
    if found.state != Export.State.READY or found.pdf is None:
        raise Http404(NOT_FOUND)
    if request.method == "GET":
        record_download(export=found, by=request.acting, now=acted_at())
    name = f"{reference}-{found.kind.replace('_', '-')}.pdf"
    headers = {
        "Content-Disposition": f'attachment; filename="{name}"',
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "private, no-store",
    }
    return HttpResponse(bytes(found.pdf), content_type="application/pdf", headers=headers)


def _own(request: ActingRequest, reference: str, pk: UUID) -> Export:
    """The reader's own document, as long as they may read the dispute; anything else does not exist for them."""
    dispute = dispute_to_read(request, reference)
    found: Export | None = dispute.exports.filter(pk=pk, requested_by=request.acting).first()
    if found is None:
        raise Http404(NOT_FOUND)
    return found


def _form_for(request: ActingRequest, dispute: Dispute) -> ExportForm:
    has_referral = bool(sent_referrals(Reader.of(dispute, request.acting)))
    return ExportForm(request.POST if request.method == "POST" else None, has_referral=has_referral)


def _documents(request: ActingRequest, dispute: Dispute, form: ExportForm, status: int = 200) -> HttpResponse:
    mine = dispute.exports.filter(requested_by=request.acting).defer(*WITHOUT_FILE)[:SHOWN]
    context = dispute_frame(dispute, request.acting, acted_at(), "dispute_documents") | {
        "form": form,
        "exports": mine,
        "may_export": may_export(dispute, request.acting),
    }
    return render(request, "decisions/documents.html", context, status=status)
