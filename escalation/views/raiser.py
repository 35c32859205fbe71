"""Pages on which the name of whoever raised a dispute is kept, and given again (T9)."""

from __future__ import annotations

from django.http import HttpResponse
from django.views.decorators.http import require_http_methods

from cases.http import ActingRequest, acted_at
from escalation.actions import raiser
from escalation.forms.raiser import WHO_KNOWS, NameForm, ProtectForm
from escalation.verbs import may
from escalation.views.asking import Question, ask
from escalation.views.frame import dispute_to_read


@require_http_methods(["GET", "POST"])
def protect(request: ActingRequest, reference: str) -> HttpResponse:
    """From now on everybody else reads of a practitioner of an agency."""
    dispute, acting = dispute_to_read(request, reference), request.acting
    form = ProtectForm(request.POST or None)
    question = Question(
        "protect_raiser", "Keep the name of who raised it", "Keep the name", "The name is kept from now on.",
        hint=f"{WHO_KNOWS} Everybody else reads ‘A practitioner of’ and the agency, here and in documents and notices. Files "
             "that were handed in, and documents made before, stay as they are. Only whoever raised it can undo this.",
    )  # fmt: skip
    return ask(
        request, dispute, question, form,
        lambda: raiser.protect_raiser(dispute=dispute, reason=form.cleaned_data["protect_reason"], by=acting, now=acted_at()),
        is_theirs=may("protect_raiser", dispute, acting),
    )  # fmt: skip


@require_http_methods(["GET", "POST"])
def name(request: ActingRequest, reference: str) -> HttpResponse:
    """The name is read by everybody again."""
    dispute, acting = dispute_to_read(request, reference), request.acting
    form = NameForm(request.POST or None)
    question = Question(
        "name_raiser", "Let your name be known", "Let it be known", "Everybody who reads the dispute reads your name again.",
        hint="What everybody has read by then cannot be taken back.", kind="warning",
    )  # fmt: skip
    return ask(
        request, dispute, question, form, lambda: raiser.name_raiser(dispute=dispute, by=acting, now=acted_at()),
        is_theirs=may("name_raiser", dispute, acting),
    )  # fmt: skip
