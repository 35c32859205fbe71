"""Pages of a conflict that was declared by mistake: one's own declarations, saying so, and the second person's answer."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from cases.errors import Refused
from cases.http import NOT_FOUND, ActingRequest, acted_at, refused
from escalation.actions import mistakes as acts
from escalation.forms.mistakes import DecideMistakeForm, MistakeForm


@require_safe
def my_declarations(request: ActingRequest) -> HttpResponse:
    """The conflicts of interest that one declared; of the cases nothing, for they are shut."""
    return render(request, "escalation/my_declarations.html", {"rows": acts.own(request.acting)})


@require_http_methods(["GET", "POST"])
def say_mistake(request: ActingRequest, pk: int) -> HttpResponse:
    """Say that one of them was a mistake."""
    said = next((row for row, _ in acts.own(request.acting) if row.pk == pk), None)
    if said is None:
        raise Http404(NOT_FOUND)
    form, status = MistakeForm(request.POST or None), 200
    if request.method == "POST" and form.is_valid():
        try:
            acts.say_mistake(declaration=said, by=request.acting, now=acted_at(), **form.cleaned_data)
        except Refused as error:
            status = refused(request, form, error)
        else:
            messages.success(request, "It is recorded. Nothing opens before a second person has said that it was a mistake.")
            return redirect("my_declarations")
    return render(request, "escalation/say_mistake.html", {"form": form, "said": said}, status=status)


@require_http_methods(["GET", "POST"])
def decide_mistake(request: ActingRequest, pk: int) -> HttpResponse:
    """Yes or no, as the second person."""
    row, dispute = next((found for found in acts.waiting(request.acting) if found[0].pk == pk), (None, None))
    if row is None:
        raise Http404(NOT_FOUND)
    form, status = DecideMistakeForm(request.POST or None), 200
    if request.method == "POST" and form.is_valid():
        given = {"agrees": form.cleaned_data["agrees"] == "yes", "reason": form.cleaned_data["reason"]}
        try:
            acts.decide_mistake(correction=row, by=request.acting, now=acted_at(), **given)
        except Refused as error:
            status = refused(request, form, error)
        else:
            messages.success(request, "Your answer is recorded.")
            return redirect("home")
    context = {"form": form, "row": row, "dispute": dispute}
    return render(request, "escalation/decide_mistake.html", context, status=status)
