"""An exported chain is checked by a script that knows neither Django nor the database, and by nobody's word."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from datetime import datetime
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction

from cases import audit, checkpoints, outside, signing
from cases.models import Case
from tests import factories

pytestmark = pytest.mark.django_db(transaction=True)
SCRIPT = Path(__file__).resolve().parents[2] / "scripts" / "verify_audit.py"


@pytest.fixture
def case(now: datetime) -> Case:
    """A case with some events before the newest checkpoint and one after, among others."""
    people = factories.cast()
    made = [factories.make_case(people, now=now) for _ in range(5)][2]
    checkpoints.seal(now=now)
    return made


@pytest.fixture
def bundle(case: Case, tmp_path: Path, now: datetime) -> Path:
    for _ in range(2):
        with transaction.atomic():
            audit.record("case_read", case, scope=audit.scope_of_case(case.pk), by=case.opened_by, now=now)
    file = tmp_path / "bundle.json"
    call_command("audit", "bundle", str(file), "--scope", f"case:{case.pk}", stdout=StringIO())
    return file


def check(file: Path, *arguments: str) -> tuple[int, dict[str, Any]]:
    """Run a copy of the script in an empty directory, without anything installed."""
    alone = file.parent / "alone"
    alone.mkdir(exist_ok=True)
    script = shutil.copy(SCRIPT, alone)
    command = [sys.executable, "-I", "-S", script, str(file), "--json", *arguments]
    done = subprocess.run(command, cwd=alone, capture_output=True, text=True, check=False)
    return done.returncode, json.loads(done.stdout or "{}")


def changed(file: Path, **facts: Any) -> Path:
    """Another bundle with some of it replaced."""
    other = file.with_name("changed.json")
    other.write_text(json.dumps(json.loads(file.read_text()) | facts))
    return other


def test_an_honest_bundle_is_right(bundle: Path) -> None:
    key = signing.public_key().hex()
    status, told = check(bundle, "--key", key, "--checkpoints", str(outside.file()))
    assert (status, told["broken"]) == (0, [])
    assert (told["events"], told["after_checkpoint"], told["checkpoint"]) == (3, 0, 2)


def test_it_says_so_in_words(bundle: Path) -> None:
    done = subprocess.run([sys.executable, "-I", str(SCRIPT), str(bundle)], capture_output=True, text=True, check=False)
    assert done.returncode == 0
    assert "It is as it was written." in done.stdout
    assert "Give --key from the published page" in done.stdout


def test_what_was_changed_on_the_way_is_found(bundle: Path) -> None:
    whole = json.loads(bundle.read_text())
    events = whole["events"]
    other_time = [events[0], events[1] | {"at": events[1]["at"] + 1}, *events[2:]]
    text = whole["checkpoint"]["text"]
    forged = whole["checkpoint"] | {"text": text.replace("heads: ", "heads: 1")}
    tampered: dict[str, dict[str, Any]] = {
        "event 2 is not as it was written": {"events": other_time},
        "event 2 is missing": {"events": [events[0], *events[2:]]},
        "has only 2 events": {"events": events[:2]},
        "is not under the root": {"scope": "case:999"},
        "is not the one that was sealed": {"sealed": whole["sealed"] | {"hash": "00" * 32}},
        "is not of this checkpoint": {"checkpoint": forged},
        "not under the root that": {"proof": whole["proof"] | {"path": []}},
        "with another key": {"key": whole["key"] | {"public": "00" * 32}},
    }
    for told, facts in tampered.items():
        status, answer = check(changed(bundle, **facts))
        assert status == 1
        assert told in " ".join(answer["broken"]), told


def test_a_whole_other_history_needs_the_key_and_the_kept_file_to_be_found(bundle: Path) -> None:
    assert check(bundle, "--key", "11" * 32)[0] == 1
    kept = bundle.with_name("kept.jsonl")
    rows = outside.file().read_text().splitlines(keepends=True)
    kept.write_text(rows[0])
    status, told = check(bundle, "--checkpoints", str(kept))
    assert (status, told["broken"]) == (1, ["checkpoint 2 is not among those that were kept"])
    kept.write_text(rows[1] + rows[0])
    assert "does not follow the one before it" in check(bundle, "--checkpoints", str(kept))[1]["broken"][0]


def test_what_is_no_bundle_is_said(tmp_path: Path) -> None:
    for text in ("", "[]", "{}", '{"events": []}'):
        (tmp_path / "nothing.json").write_text(text)
        assert check(tmp_path / "nothing.json")[0] == 2


def test_a_chain_that_does_not_exist_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="There is no chain case:0"):
        call_command("audit", "bundle", str(tmp_path / "x"), "--scope", "case:0")
    with pytest.raises(CommandError, match="Say which chain"):
        call_command("audit", "bundle")


def test_the_signature_arithmetic_of_the_script_is_that_of_the_library(bundle: Path) -> None:
    made = json.loads(bundle.read_text())["checkpoint"]
    assert signing.is_signed(made["text"], bytes.fromhex(made["signature"]), signing.public_key())
    out = StringIO()
    call_command("audit", "key", "--json", stdout=out)
    assert json.loads(out.getvalue())["hex"] == signing.public_key().hex()
