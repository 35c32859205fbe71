"""The scanner: what it finds, what happens while it is away or breaks off, and that nothing is half-done (F48, R19)."""

from __future__ import annotations

import errno
import os
import resource
import signal
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from io import BytesIO
from pathlib import Path

import pytest
from django.conf import LazySettings
from django.test import Client

from cases.errors import Refused
from cases.models import AuditEvent
from escalation import tasks
from escalation.actions import scanning
from escalation.actions.evidence import HandedIn, add_evidence
from escalation.evidence import files, scanner
from escalation.models import ChronologyEntry, Dispute, Evidence
from tests.clock import Clock
from tests.escalation.evidence_corpus import EICAR, Clamd
from tests.factories import Cast
from tests.factories_disputes import fresh, make_dispute, people_under

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def root(settings: LazySettings, tmp_path: Path) -> Path:
    settings.EVIDENCE_ROOT = tmp_path / "evidence"
    return tmp_path / "evidence"


@pytest.fixture
def people(now: datetime, clock: Clock) -> Cast:
    clock.move_to(now)
    return people_under("halton", now=now)


@pytest.fixture
def dispute(people: Cast, now: datetime) -> Dispute:
    return make_dispute(people, now=now)


@pytest.fixture
def clamd(settings: LazySettings) -> Iterator[Clamd]:
    running = Clamd()
    settings.CLAMAV_URL = running.url
    yield running
    running.stop()


@pytest.fixture
def hand_in(dispute: Dispute, people: Cast, now: datetime) -> Callable[[bytes], Evidence]:
    def do(content: bytes) -> Evidence:
        by = people.council.practitioner
        return add_evidence(dispute=fresh(dispute), handed_in=HandedIn(content, "a.txt", "A chart."), by=by, now=now)

    return do


def lying(root: Path) -> list[Path]:
    return [file for file in root.glob("*/*") if file.is_file()]


def test_what_is_harmful_is_kept_told_and_given_out_to_nobody(
    client: Client, hand_in: Callable[[bytes], Evidence], dispute: Dispute, people: Cast, clock: Clock, clamd: Clamd
) -> None:
    row = hand_in(EICAR)
    clock.advance(seconds=5)
    tasks.scan_evidence()
    row.refresh_from_db()
    assert (row.state, row.reason) == ("refused", "Eicar-Test-Signature")
    assert ChronologyEntry.objects.filter(headline="Evidence E1-01 was found harmful and is not given out", by=None).exists()
    client.force_login(people.council.practitioner.user)
    answer = client.get(f"/disputes/{dispute.reference}/evidence/{row.pk}/file/")
    assert answer.status_code == 409
    assert EICAR not in answer.content
    assert AuditEvent.objects.get(action="evidence_scanned").data["state"] == "refused"
    tasks.scan_evidence()
    assert clamd.scanned == 1


def test_while_the_scanner_is_away_files_wait_and_later_they_are_scanned(
    hand_in: Callable[[bytes], Evidence], now: datetime, settings: LazySettings, clamd: Clamd
) -> None:
    rows = [hand_in(b"first"), hand_in(b"second")]
    clamd.stop()
    claimed = scanning.claim(now=now)
    assert claimed is not None
    assert scanning.scan(claimed, now=now) is False
    assert {row.state for row in Evidence.objects.all()} == {"quarantined"}
    again = Clamd()
    settings.CLAMAV_URL = again.url
    later = now + timedelta(seconds=21)
    while (row := scanning.claim(now=later)) is not None:
        assert scanning.scan(row, now=later)
    assert {row.state for row in Evidence.objects.all()} == {"clean"}
    assert again.scanned == len(rows)
    again.stop()


def test_a_scanner_that_breaks_off_says_nothing_about_the_file(
    hand_in: Callable[[bytes], Evidence], now: datetime, clamd: Clamd
) -> None:
    hand_in(b"Seen at nine.")
    clamd.breaks_off = True
    row = scanning.claim(now=now)
    assert row is not None
    assert scanning.scan(row, now=now) is False
    assert Evidence.objects.get().state == "quarantined"


def test_a_file_that_cannot_be_scanned_waits_longer_each_time_and_lets_the_others_through(
    hand_in: Callable[[bytes], Evidence], now: datetime, clamd: Clamd
) -> None:
    hand_in(b"Seen at nine.")
    clamd.cannot, waits, moment = True, [], now
    for _ in range(8):
        row = scanning.claim(now=moment)
        assert row is not None
        assert scanning.scan(row, now=moment) is True
        row.refresh_from_db()
        assert row.state == "quarantined"
        assert row.next_scan_at is not None
        waits.append(row.next_scan_at - moment)
        moment = row.next_scan_at
    assert waits == sorted(waits)
    assert waits[-1] == timedelta(hours=1)


def test_a_worker_that_vanishes_leaves_the_file_to_the_next_and_two_verdicts_are_one(
    hand_in: Callable[[bytes], Evidence], now: datetime, clamd: Clamd
) -> None:
    hand_in(b"Seen at nine.")
    vanished = scanning.claim(now=now)
    assert vanished is not None
    assert scanning.claim(now=now + timedelta(minutes=2)) is None
    later = now + timedelta(minutes=4)
    second = scanning.claim(now=later)
    assert second is not None
    assert scanning.scan(second, now=later)
    assert scanning.scan(vanished, now=later)
    assert AuditEvent.objects.filter(action="evidence_scanned").count() == 1


def test_a_file_changed_before_it_was_scanned_is_never_clean(
    hand_in: Callable[[bytes], Evidence], root: Path, now: datetime, clamd: Clamd
) -> None:
    row = hand_in(b"Seen at nine.")
    files.path_of(root, row.stored_as).write_bytes(b"Seen at ten.")
    claimed = scanning.claim(now=now)
    assert claimed is not None
    scanning.scan(claimed, now=now)
    assert (Evidence.objects.get().state, clamd.scanned) == ("quarantined", 0)


def test_no_room_on_the_disk_leaves_nothing_behind(hand_in: Callable[[bytes], Evidence], root: Path) -> None:
    """The operating system itself refuses to let the file grow, as a full disk does."""
    old, handler = resource.getrlimit(resource.RLIMIT_FSIZE), signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, old[1]))
    try:
        with pytest.raises(Refused, match="no room") as refusal:
            hand_in(b"x" * 200_000)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, old)
        signal.signal(signal.SIGXFSZ, handler)
    assert refusal.value.field == "file"
    assert (lying(root), Evidence.objects.count()) == ([], 0)
    hand_in(b"x" * 200_000)


@pytest.mark.parametrize("call", ["fsync", "open"])
def test_a_disk_that_fails_leaves_nothing_behind(
    hand_in: Callable[[bytes], Evidence], root: Path, monkeypatch: pytest.MonkeyPatch, call: str
) -> None:
    def fails(*args: object) -> int:
        raise OSError(errno.EIO, "no")

    root.mkdir()
    monkeypatch.setattr(os, call, fails)
    with pytest.raises(Refused, match="no room"):
        hand_in(b"Seen at nine.")
    monkeypatch.undo()
    assert (lying(root), Evidence.objects.count()) == ([], 0)


@pytest.mark.parametrize("after", ["write", "fsync", "rename"])
@pytest.mark.django_db(transaction=True)
def test_power_cut_while_a_file_is_kept(
    hand_in: Callable[[bytes], Evidence], root: Path, now: datetime, after: str
) -> None:
    """A process that dies between two steps leaves no row, and what lies about is taken away later."""
    child = os.fork()
    if child == 0:
        die_after(after)
        files.keep(root, b"Seen at nine.")
        os._exit(1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL
    (left,) = lying(root)
    assert (left.suffix == files.UNFINISHED) is (after != "rename")
    for file in lying(root):
        long_ago = (now - timedelta(days=8)).timestamp()
        os.utime(file, (long_ago, long_ago))
    kept = hand_in(b"Seen at ten.")
    os.utime(files.path_of(root, kept.stored_as), (long_ago, long_ago))
    assert scanning.clear_away(now=now) == 1
    assert [file.name for file in lying(root)] == [kept.stored_as]


def die_after(step: str) -> None:
    """In this process, which is a child of the test, the power goes after a step of keeping a file."""
    real_fsync, real_replace = os.fsync, os.replace

    def fsync(handle: int) -> None:
        if step != "write":
            real_fsync(handle)
        if step in ("write", "fsync"):
            os.kill(os.getpid(), signal.SIGKILL)

    def replace(*names: str) -> None:
        real_replace(*names)
        os.kill(os.getpid(), signal.SIGKILL)

    os.fsync, os.replace = fsync, replace  # type: ignore[assignment]


def test_what_was_kept_a_moment_ago_is_not_taken_away(root: Path, clock: Clock) -> None:
    name = files.keep(root, b"Its row is not committed yet.")
    tasks.clear_away_files()
    assert [file.name for file in lying(root)] == [name]


def test_the_protocol_over_a_socket_of_this_machine_and_without_anybody_there(tmp_path: Path, clamd: Clamd) -> None:
    assert scanner.scan(clamd.url, BytesIO(b"x" * 300_000)) == scanner.Verdict("ClamAV 1.4.6/27000/test")
    with pytest.raises(scanner.Unreachable):
        scanner.scan(f"unix://{tmp_path}/nobody", BytesIO(b"x"))
