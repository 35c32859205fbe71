"""Taking a dispute further, straight to a later stage, or back: what bars it is told before the click."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from cases.http import ActingRequest, acted_at
from escalation import permissions
from escalation.actions import moves
from escalation.forms.moves import EscalateForm, JumpForm, WithdrawForm
from escalation.models import Dispute
from escalation.passing import WayOn, way_on
from escalation.protocol import DutyKind, Stage
from escalation.verbs import may
from escalation.views.acts import needed_for, written_with_the_move
from escalation.views.asking import Question, ask, not_now
from escalation.views.frame import dispute_frame, dispute_to_read


@require_http_methods(["GET", "POST"])
def escalate(request: ActingRequest, reference: str) -> HttpResponse:
    """To the next stage; when something bars it, the page says what and who can do it instead of showing the form."""
    dispute, now = dispute_to_read(request, reference), acted_at()
    going = moves.way_up(dispute, request.acting, now=now)
    on = None if dispute.is_last_stage else way_on(dispute, now=now)
    following = dispute.rules.stage(on.to_stage) if on else None
    question = _escalation(following, going)
    if request.method == "GET" and not going.allowed:
        return not_now(request, dispute, question, why=[going.why_not])
    barring = [gate for gate in going.gates if not written_with_the_move(gate.duty.kind, dispute, request.acting)]
    if request.method == "GET" and barring:
        context = dispute_frame(dispute, request.acting, now) | {"question": question}
        needed = needed_for(barring, dispute, request.acting)
        return render(request, "escalation/work/shut.html", context | {"needed": needed})
    form = EscalateForm(request.POST or None, initial={"seen": dispute.token}, asks=_asks(going, request),
                        triggers=following.triggers if following else ())
    return ask(
        request, dispute, question, form,
        lambda: moves.escalate(dispute=dispute, by=request.acting, now=acted_at(), **form.cleaned_data),
        is_theirs=going.allowed, going=going, next_stage=following, passed=_passed(dispute, on),
    )  # fmt: skip


def _asks(going: moves.Going, request: ActingRequest) -> list[DutyKind]:
    """What can be written in the same act: what is owed, or was filled in."""
    kinds = {DutyKind.INTENTION_NOTIFIED: "intention", DutyKind.FEEDBACK_GIVEN: "feedback"}
    owed = {gate.duty.kind for gate in going.gates}
    return [kind for kind, name in kinds.items() if kind in owed or request.POST.get(name, "").strip()]


def _passed(dispute: Dispute, on: WayOn | None) -> list[tuple[str, str]]:
    """The optional stages that are passed over, and why."""
    return [(dispute.rules.stage(order).label, why) for order, why in on.passed.items()] if on else []


def _escalation(following: Stage | None, going: moves.Going) -> Question:
    label = following.label if following else "a further stage"
    heading = f"Take it further yourself: no reply came in time, on to {label}" if going.on_silence else f"Take it to {label}"
    return Question(
        "escalate", heading, f"Take it to {label}", f"It has gone to {label}. Those who lead it have been told.",
        template="escalation/work/escalate.html",
    )  # fmt: skip


@require_http_methods(["GET", "POST"])
def jump(request: ActingRequest, reference: str) -> HttpResponse:
    """Straight to a later stage because the person is at immediate risk; no gate bars it (C-10)."""
    dispute = dispute_to_read(request, reference)
    later = [stage for stage in dispute.rules.risk_stages if stage.order > dispute.stage]
    form = JumpForm(request.POST or None, initial={"seen": dispute.token}, stages=later)
    question = Question(
        "jump", "Immediate risk: go straight to a later stage", "Go straight there", "It has gone straight to the later stage.",
        hint=dispute.rules.immediate_risk.text, kind="warning", template="escalation/work/jump.html",
    )  # fmt: skip
    if request.method == "GET" and not dispute.rules.immediate_risk.may_enter_any_stage:
        return not_now(request, dispute, question, why=[moves.no_jump_in_words(dispute)])
    return ask(
        request, dispute, question, form,
        lambda: moves.jump_for_immediate_risk(dispute=dispute, by=request.acting, now=acted_at(), **form.cleaned_data),
        is_theirs=may("jump", dispute, request.acting),
    )  # fmt: skip


@require_http_methods(["GET", "POST"])
def withdraw(request: ActingRequest, reference: str) -> HttpResponse:
    """Take it back, with a reason; the record stays."""
    dispute = dispute_to_read(request, reference)
    form = WithdrawForm(request.POST or None, initial={"seen": dispute.token})
    question = Question(
        "withdraw", "Withdraw it", "Withdraw", "It is withdrawn. Everybody on it has been told.", kind="warning",
        hint="Everything written so far stays on the record. If agreement was reached, record the agreement instead.",
    )  # fmt: skip
    return ask(
        request, dispute, question, form,
        lambda: moves.withdraw(dispute=dispute, by=request.acting, now=acted_at(), **form.cleaned_data),
        is_theirs=not dispute.has_ended and permissions.may_withdraw(dispute, request.acting),
    )  # fmt: skip
