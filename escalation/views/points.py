"""Pages of the disagreement map: a new point, and one's own agency's column of a point."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpResponse
from django.views.decorators.http import require_http_methods

from cases.http import NOT_FOUND, ActingRequest, acted_at
from cases.models import Appointment
from escalation import permissions
from escalation.actions import points
from escalation.forms.points import ColumnForm, PointForm
from escalation.models import Dispute, Point, PointView
from escalation.reading import mapped, recorded
from escalation.views.asking import Question, ask
from escalation.views.frame import dispute_to_read


def map_of(dispute: Dispute, acting: Appointment) -> dict[str, Any]:
    """The disagreement map as the Positions tab shows it: what is agreed, what is disputed, a column for each agency."""
    may_write = permissions.may_map_points(dispute, acting)
    parties, own = list(dispute.parties.all()), permissions.standing(dispute, acting).agency_id
    shown: list[dict[str, Any]] = []
    for point in mapped(dispute, acting):
        said = {view.agency_id: view for view in point.views.all()}
        shown.append({
            "point": point,
            "is_disputed": any(view.stance == PointView.Stance.DISPUTED for view in said.values()),
            "columns": [
                {
                    "agency": party.agency,
                    "view": said.get(party.agency_id),
                    "may_write": may_write and point.agreed_at is None and party.agency_id == own,
                }
                for party in parties
            ],
        })  # fmt: skip
    return {
        "agreed": [one for one in shown if one["point"].agreed_at],
        "open": [one for one in shown if one["point"].agreed_at is None],
        "may_add": may_write,
    }


@require_http_methods(["GET", "POST"])
def add_point(request: ActingRequest, reference: str) -> HttpResponse:
    """A new point, with one's own agency's column."""
    dispute = dispute_to_read(request, reference)
    form = PointForm(request.POST or None)
    question = Question(
        "add_point", "Add a point to the disagreement map", "Add the point", "The point is on the map.",
        hint="One point at a time: what exactly do you agree or disagree about? Each agency fills its own column.",
        back="dispute_positions",
    )  # fmt: skip
    return ask(
        request, dispute, question, form,
        lambda: points.add_point(
            dispute=dispute, text=form.cleaned_data["text"], column=form.column, by=request.acting, now=acted_at()
        ),
        is_theirs=permissions.may_map_points(dispute, request.acting),
    )  # fmt: skip


@require_http_methods(["GET", "POST"])
def say_on_point(request: ActingRequest, reference: str, pk: int) -> HttpResponse:
    """One's own agency's column of a point."""
    dispute = dispute_to_read(request, reference)
    point: Point | None = recorded(dispute, request.acting, "points").filter(pk=pk).first() if pk < 2**63 else None
    if point is None:
        raise Http404(NOT_FOUND)
    stands_for = permissions.standing(dispute, request.acting).agency_id
    own = point.views.filter(agency=stands_for).first()
    known: dict[str, Any] = {"seen": own.updates if own else ""}
    if own:
        known |= {"stance": own.stance, "says": own.says, "weight": own.weight, "threshold": own.threshold}
    form = ColumnForm(request.POST or None, initial=known)
    question = Question(
        "say_on_point", "What does your agency say on this point?", "Save", "Your agency’s column is saved.",
        hint=point.text, back="dispute_positions",
    )  # fmt: skip
    return ask(
        request, dispute, question, form, lambda: _say(request, point, form),
        is_theirs=point.agreed_at is None and permissions.may_map_points(dispute, request.acting),
        why_not=[points.LOCKED] if point.agreed_at else [],
    )  # fmt: skip


def _say(request: ActingRequest, point: Point, form: ColumnForm) -> None:
    seen = form.cleaned_data["seen"]
    points.say_on_point(
        point=point, column=form.column, seen_updates=int(seen) if seen.isdecimal() else None, by=request.acting,
        now=acted_at(),
    )  # fmt: skip
