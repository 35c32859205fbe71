"""What was learned in a dispute: the tab, writing it down, taking the names out, the second person's check."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_safe

from cases.http import NOT_FOUND, ActingRequest, acted_at
from cases.models import Appointment
from cases.templatetags.dates import local_date
from cases.typed import put_back, typed_here
from decisions import learning_permissions as permissions
from decisions.actions import learning as actions
from decisions.actions.learning import Learned
from decisions.forms.learning import ChangeMadeForm, CheckForm, LearningForm, PlainForm
from decisions.identifiers import found_in, marked, plain
from decisions.known import known_names
from decisions.learning_states import stands
from decisions.models import Learning
from escalation.models import Dispute
from escalation.protocol import DutyKind
from escalation.views.asking import Question, ask
from escalation.views.frame import dispute_frame, dispute_to_read

PEOPLE = ("user", "agency", "partnership")
NAMED = ("recorded_by", "owner", "prepared_by", "checked_by")
RELATED = ("item", "agency", *(f"{who}__{part}" for who in NAMED for part in PEOPLE))


def readable_learning(dispute: Dispute, acting: Appointment) -> list[Learning]:
    """Everything written down that this person may read."""
    found = []
    for row in dispute.learning.select_related(*RELATED):
        row.dispute = dispute
        if permissions.may_read_learning(row, acting):
            found.append(row)
    return found


def one_of(dispute: Dispute, acting: Appointment, pk: int) -> Learning:
    """The one with this number, or the 404 of everything hidden."""
    for row in readable_learning(dispute, acting):
        if row.pk == pk:
            return row
    raise Http404(NOT_FOUND)


@require_safe
def learning(request: ActingRequest, reference: str) -> HttpResponse:
    """Everything that was learned, where it went, and what came of it."""
    dispute, acting = dispute_to_read(request, reference), request.acting
    context = dispute_frame(dispute, acting, acted_at(), "dispute_learning")
    today = local_date(context["now"])
    categories = {one.code: one.label for one in dispute.rules.categories}
    context |= {
        "lines": [
            {
                "row": row, "stands": stands(row), "category": categories.get(row.category, ""),
                "is_late": bool(row.due_on and row.done_at is None and row.due_on < today),
                "has_body": bool(actions.bodies_for(dispute, row.kind)),
                "may_prepare": permissions.may_prepare_learning(row, acting),
                "may_check": permissions.may_check_learning(row, acting),
                "may_make_change": permissions.may_make_change(row, acting),
            }
            for row in readable_learning(dispute, acting)
        ],
        "owed": [duty for duty in dispute.duties.all() if duty.kind == DutyKind.LEARNING_RECORDED and duty.is_owed],
        "may_write": permissions.may_write_learning(dispute, acting),
    }  # fmt: skip
    return render(request, "decisions/learning.html", context)


@require_http_methods(["GET", "POST"])
def write_learning(request: ActingRequest, reference: str) -> HttpResponse:
    """Write down what was learned, at any time."""
    dispute, acting = dispute_to_read(request, reference), request.acting
    there = [row.appointment for row in dispute.participants.all() if row.handed_to_id is None]
    form = LearningForm(request.POST or None, categories=dispute.rules.categories, people=there)
    question = Question(
        "write_learning", "Write down what was learned", "Save", "It is written down, and those on this are told.",
        back="dispute_learning", template="decisions/learning_ask.html",
        hint="While it goes on, and also after it has ended. Nothing goes to a board or committee before it is free of names.",
    )  # fmt: skip

    def act() -> object:
        said: dict[str, Any] = dict(form.cleaned_data)
        said["owner"] = form.people.get(said["owner"])
        return actions.write_learning(dispute=dispute, learned=Learned(**said), by=acting, now=acted_at())

    return ask(
        request, dispute, question, form, act, is_theirs=permissions.may_write_learning(dispute, acting)
    )


@require_http_methods(["GET", "POST"])
def make_change(request: ActingRequest, reference: str, pk: int) -> HttpResponse:
    """The change is made."""
    dispute, acting = dispute_to_read(request, reference), request.acting
    row = one_of(dispute, acting, pk)
    form = ChangeMadeForm(request.POST or None)
    question = Question(
        "make_change", "A change is made", "Save", "It is recorded as made.", hint=row.change, back="dispute_learning",
        template="decisions/learning_ask.html",
    )  # fmt: skip
    return ask(
        request, dispute, question, form,
        lambda: actions.make_change(learning=row, note=form.cleaned_data["note"], by=acting, now=acted_at()),
        is_theirs=permissions.may_make_change(row, acting),
    )  # fmt: skip


@require_http_methods(["GET", "POST"])
def prepare_learning(request: ActingRequest, reference: str, pk: int) -> HttpResponse:
    """Write it without names, beside the names that the record knows; what is left is marked."""
    dispute, acting = dispute_to_read(request, reference), request.acting
    row = one_of(dispute, acting, pk)
    bodies = actions.bodies_for(dispute, row.kind)
    first = row.plain_text or (f"{row.text}\n\nWhat changes: {row.change}" if row.change else row.text)
    form = PlainForm(request.POST or None, initial={"text": first, "body": row.body_code}, bodies=bodies)
    put_back(form, typed_here(request))
    route = bodies[0] if len(bodies) == 1 else None
    known = known_names(dispute, route)
    typed = plain(str(form["text"].value() or ""))
    question = Question(
        "prepare_learning", "Take the names out", "Hand it on to be checked", "A second person is asked to check it.",
        back="dispute_learning", template="decisions/learning_prepare.html",
        hint=f"It goes to the {bodies[0].body}." if len(bodies) == 1 else "",
    )  # fmt: skip

    def act() -> object:
        said = form.cleaned_data
        return actions.prepare_learning(learning=row, text=said["text"], body=said.get("body", ""), by=acting, now=acted_at())

    return ask(
        request, dispute, question, form, act, is_theirs=bool(bodies) and permissions.may_prepare_learning(row, acting),
        row=row, known=by_what(known), pieces=marked(typed, found_in(typed, known)),
    )  # fmt: skip


def by_what(known: list[Any]) -> list[tuple[str, list[str]]]:
    """The known names under what they are; parts of longer ones are left out of the list, though not of the search."""
    groups: dict[str, list[str]] = {}
    for one in known:
        groups.setdefault(one.what, []).append(one.words)
    return [(what, [word for word in words if not _is_part(word, words)]) for what, words in groups.items()]


def _is_part(word: str, words: list[str]) -> bool:
    return word.endswith(".") or any(word != other and word in other for other in words)


@require_http_methods(["GET", "POST"])
def check_learning(request: ActingRequest, reference: str, pk: int) -> HttpResponse:
    """The second person reads it beside what was written, and sends it or hands it back."""
    dispute, acting = dispute_to_read(request, reference), request.acting
    row = one_of(dispute, acting, pk)
    form = CheckForm(request.POST or None, initial={"seen": row.plain_text})
    body = next((one.body for one in dispute.rules.onward_routes if one.code == row.body_code), "")
    question = Question(
        "check_learning", "Check that it names nobody", "Save", "It is recorded.", back="dispute_learning",
        template="decisions/learning_check.html", hint=f"It goes to the {body}, whose readers know nothing of this dispute.",
    )  # fmt: skip

    def act() -> object:
        said = form.cleaned_data
        if said["verdict"] == "return":
            return actions.return_learning(learning=row, reason=said["reason"], by=acting, now=acted_at())
        return actions.send_learning(learning=row, seen=said["seen"], by=acting, now=acted_at())

    return ask(
        request, dispute, question, form, act, is_theirs=permissions.may_check_learning(row, acting),
        row=row,
    )  # fmt: skip
