"""Rules that the code keeps about itself, so that nobody has to remember them (docs/adr, architecture)."""

from __future__ import annotations

import ast
import re
import shutil
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pgtrigger
import pytest
from django.apps import apps
from django.db.models import Model

from escalation import transitions
from escalation.celery import app
from escalation.models.dispute import allowed_moves

BASE = Path(__file__).resolve().parent.parent
PACKAGES = ("cases", "escalation", "decisions")
LONGEST_MODULE, LONGEST_FUNCTION = 300, 40

# Doors that read nothing which belongs to somebody: sign-in, information, health, and one's own drafts and notices.
PUBLIC = {
    "cases/views/account.py", "cases/views/information.py", "cases/views/demo.py",
    "cases/api/token.py", "escalation/views/guidance.py",
}
# The only beginnings of a read; the two of a dispute's pages are themselves visible_or_404 with the reading recorded.
THROUGH_WHAT_IS_VISIBLE = {
    "visible_to", "visible_or_404", "dispute_to_read", "dispute_to_see", "active_on", "current_for", "newest_for",
    "with_page_data",
}
APPEND_ONLY = {
    "cases.Attestation", "cases.AuditCheckpoint", "cases.AuditEvent", "cases.Declaration",
    "cases.ReadingNote", "cases.Restore", "cases.SigningKey", "escalation.ChronologyEntry",
    "escalation.Discussion",
    "escalation.ManagerReview",
    "escalation.SafetyConfirmation", "escalation.OwnRecordAttestation", "escalation.ExhaustionAttestation",
    "escalation.IntentionNotice", "escalation.PersonVoice", "escalation.PlanReview",
    "escalation.DisputeLink", "escalation.WithdrawalPressure", "escalation.Feedback", "escalation.ProtocolVersion",
    "escalation.EngagedDispute", "escalation.DeadlineChange", "escalation.Sharing", "cases.SafeAddressShown",
    "escalation.OutsideShare",
    "decisions.SignOff", "decisions.OutcomeConcurrence", "decisions.OutcomeConfirmation",
}
MUTABLE = {
    "cases.SafeAddress", "escalation.RaiserProtection",
    "cases.Partnership", "cases.Agency", "cases.User", "cases.Appointment", "cases.Person", "cases.PersonReference",
    "cases.Case", "cases.CaseMember", "cases.ReferenceCounter", "cases.AuditHead", "cases.Refusal", "cases.Sent",
    "cases.Restriction", "cases.Correction", "cases.Absence", "cases.Recovery", "cases.SignIn", "cases.AccountNotice",
    "cases.AuditSeal",
    "cases.CheckpointMail", "cases.AgencySignIn", "cases.SignInLink",
    "escalation.AccessGrant", "escalation.Engagement",
    "cases.Typed", "escalation.LocalClosure", "escalation.CalendarFeed", "escalation.DateRequest", "escalation.Acknowledgement",
    "escalation.Dispute", "escalation.Draft", "escalation.Party", "escalation.Participant", "escalation.DisputeStage",
    "escalation.Deadline", "escalation.Duty", "escalation.ProtocolDraft", "escalation.Notification", "escalation.Position",
    "escalation.Action", "escalation.FeedbackReceipt", "escalation.Point", "escalation.PointView",
    "escalation.Meeting", "escalation.Invitation", "escalation.InterimPlan", "escalation.Debrief", "escalation.Support",
    "escalation.Undelivered", "escalation.LeadGap", "escalation.NoticeChoice", "escalation.Evidence",
    "escalation.AdviceRequest", "escalation.BreakGlass",
    "escalation.OutsideInvitation", "escalation.OutsideQuestion", "escalation.OutsideEntry", "escalation.OutsideMail",
    "decisions.DecisionRecord", "decisions.DecisionOption", "decisions.Consulted", "decisions.Referral",
    "decisions.Outcome", "decisions.OutstandingIssue", "decisions.OnwardItem", "decisions.Export",
    "decisions.Learning", "decisions.LearningItem",
}

NOT_OURS = {".git", ".venv", ".tools", ".state", "node_modules", "__pycache__"}


@cache
def tracked(pattern: str) -> list[Path]:
    """The project's own files of this kind, as git knows them or will."""
    if shutil.which("git") is None or not (BASE / ".git").exists():  # an unpacked archive, or a machine without git
        found = (file for file in BASE.rglob(pattern) if not NOT_OURS & set(file.relative_to(BASE).parts))
        return sorted(file for file in found if file.is_file())
    command = ["git", "-c", f"safe.directory={BASE}", "ls-files", "--cached", "--others", "--exclude-standard", pattern]
    listed = subprocess.run(command, cwd=BASE, capture_output=True, text=True, check=True)
    return [BASE / name for name in sorted(set(listed.stdout.split())) if (BASE / name).is_file()]


def sources() -> list[Path]:
    return [file for file in tracked("*.py") if "migrations" not in file.parts]


def product_sources() -> list[Path]:
    return [file for file in sources() if file.relative_to(BASE).parts[0] in PACKAGES]


def functions(tree: ast.AST) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    return (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))


def test_every_module_says_in_one_sentence_what_it_is() -> None:
    for file in sources():
        text = ast.get_docstring(ast.parse(file.read_text()))
        if not file.read_text().strip():
            continue
        assert text, f"{file.relative_to(BASE)} has no docstring"


def test_modules_and_functions_stay_small() -> None:
    for file in product_sources():
        lines = file.read_text().count("\n")
        assert lines <= LONGEST_MODULE, f"{file.relative_to(BASE)} has {lines} lines: split it by noun"
        for function in functions(ast.parse(file.read_text())):
            length = (function.end_lineno or 0) - function.lineno + 1
            assert length <= LONGEST_FUNCTION, f"{file.relative_to(BASE)}:{function.name} has {length} lines"


def is_door(function: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    return any(argument.arg == "request" for argument in function.args.args) and not function.name.startswith("_")


def calls(node: ast.AST) -> set[str]:
    found = set()
    for inner in ast.walk(node):
        if isinstance(inner, ast.Call):
            target = inner.func
            found.add(target.attr if isinstance(target, ast.Attribute) else getattr(target, "id", ""))
    return found


def reads_somebodys_rows(function: ast.AST) -> bool:
    return any(isinstance(node, ast.Attribute) and node.attr == "objects" for node in ast.walk(function))


def test_every_door_reads_only_what_is_visible_to_the_person() -> None:
    """A view or endpoint that touches a manager goes through visible_to, narrows what did, or filters by its own reader."""
    own_rows = {"recipient", "user", "appointment"}
    for file in product_sources():
        name = str(file.relative_to(BASE))
        if name in PUBLIC or not ({"views", "api"} & set(file.parts)):
            continue
        tree = ast.parse(file.read_text())
        for function in functions(tree):
            if not reads_somebodys_rows(function):
                continue
            keywords = {word.arg for node in ast.walk(function) if isinstance(node, ast.Call) for word in node.keywords}
            safe = (THROUGH_WHAT_IS_VISIBLE | {"OuterRef"}) & calls(function)
            assert safe or own_rows & keywords, f"{name}:{function.name} reads past visible_to"


def test_an_act_is_marked_as_one() -> None:
    """Not as a mere transaction: its rules would see only the rows of whoever acts."""
    for file in product_sources():
        if "actions" in file.parts:
            assert "@transaction.atomic" not in file.read_text(), f"{file.relative_to(BASE)}: @one_act"


def test_status_is_never_written_past_the_door() -> None:
    for file in product_sources():
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "update":
                assert "status" not in {word.arg for word in node.keywords}, file


def test_every_move_has_its_follow_up_its_event_and_its_words() -> None:
    names = {name for name, _, _ in allowed_moves()}
    assert set(transitions._FOLLOW_UPS) == set(transitions._EVENTS) == set(transitions._NOTICE_TEXTS) == names


def own_models() -> dict[str, type[Model]]:
    found = [model for package in PACKAGES for model in apps.get_app_config(package).get_models()]
    return {model._meta.label: model for model in found if not model._meta.auto_created and model._meta.managed}


def test_every_model_is_declared_append_only_or_mutable() -> None:
    assert set(own_models()) == APPEND_ONLY | MUTABLE
    assert not APPEND_ONLY & MUTABLE


def test_append_only_models_are_held_so_by_the_database() -> None:
    guarded = set()
    for model, trigger in pgtrigger.registered():
        if {"UPDATE", "DELETE"} <= set(str(trigger.operation).split(" OR ")):
            guarded.add(model._meta.label)
    by_plain_sql = {"cases.AuditCheckpoint", "cases.AuditEvent"}
    assert APPEND_ONLY - guarded == by_plain_sql


def test_the_timetable_names_real_tasks() -> None:
    app.loader.import_default_modules()
    assert {entry["task"] for entry in app.conf.beat_schedule.values()} <= set(app.tasks)


def test_every_template_is_used() -> None:
    templates = [file for file in tracked("templates/*") if file.suffix in {".html", ".txt", ".css"}]
    text = "\n".join(file.read_text() for file in [*templates, *product_sources()])
    by_convention = re.compile(r"^(account|mfa|allauth|django|rest_framework|404|403|405|429|500|403_csrf)")
    for file in templates:
        name = str(file.relative_to(BASE / "templates"))
        used = name in text or f'"{file.name}"' in text or f'"{file.stem}"' in text
        assert by_convention.match(name) or used, f"nothing uses templates/{name}"


def test_nothing_is_left_for_later_and_nothing_names_this_machine() -> None:
    later = re.compile(r"\b(TO" r"DO|FIX" r"ME|X{3}|NotImplemented" r"Error)\b")
    here = re.compile(r"/(root/\.|work/(main|shared|\.))")
    for file in [*sources(), *tracked("*.html"), *tracked("*.js"), *tracked("*.md"), *tracked("*.sh")]:
        text = file.read_text()
        assert not later.search(text), file
        assert not here.search(text), file


def test_locks_leave_foreign_keys_alone() -> None:
    """Foreign keys are checked when an act ends; a stronger lock would make them wait there, and deadlock (ADR 10)."""
    for file in product_sources():
        for call in ast.walk(ast.parse(file.read_text())):
            if isinstance(call, ast.Call) and getattr(call.func, "attr", "") == "select_for_update":
                assert "no_key" in {given.arg for given in call.keywords}, f"{file}:{call.lineno}: lock with no_key=True"


def test_business_time_is_passed_in() -> None:
    """Only doors, the sweep's task and commands read a clock."""
    doors = {"views", "api", "commands", "demo"}
    for file in product_sources():
        if doors & set(file.parts) or file.name in {"tasks.py", "clock.py", "http.py", "middleware.py", "launcher.py"}:
            continue
        text = file.read_text()
        assert not re.search(r"timezone\.now\(|datetime\.now\(|date\.today\(", text), file


@pytest.mark.parametrize("package", PACKAGES)
def test_no_signals_carry_business_logic(package: str) -> None:
    for file in product_sources():
        assert "django.db.models.signals" not in file.read_text(), file
