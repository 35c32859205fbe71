"""What takes more than one statement to tamper with: chains calculated anew, older states brought back, the file edited."""

# ruff: noqa: S608 (the statements are our own)
from __future__ import annotations

from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.db import connection

from cases import audit, checkpoints, merkle, outside, signing
from cases.models import AuditCheckpoint, AuditEvent, AuditHead, AuditSeal

TABLES = ("cases_auditevent", "cases_audithead", "cases_auditseal", "cases_auditcheckpoint")


def run(sql: str, *values: Any) -> None:
    """One statement by whoever acts."""
    with connection.cursor() as cursor:
        cursor.execute(sql, values or None)


def freely() -> None:
    """No trigger fires for the rest of the transaction."""
    run("SET LOCAL session_replication_role = replica")


def past_guards(act: str) -> None:
    """With the setting that pgtrigger's guards obey, which any role may make."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT string_agg(tgname, ',') FROM pg_trigger WHERE tgname LIKE 'pgtrigger%'")
        cursor.execute("SELECT set_config('pgtrigger.ignore', %s, true)", ["{" + cursor.fetchone()[0] + "}"])
        cursor.execute(act)


def keep_older_state() -> None:
    """Put a copy of the audit tables aside, as a dump would."""
    for table in TABLES:
        run(f"CREATE TABLE older_{table} AS TABLE {table}")


def forget_older_state() -> None:
    """Take the copy away."""
    for table in TABLES:
        run(f"DROP TABLE older_{table}")


def rewrite_chain() -> AuditHead:
    """Change an event and calculate it and all after it anew, up to the end of the chain."""
    freely()
    head = AuditHead.objects.get(pk=AuditEvent.objects.filter(action="decision_signed").order_by("pk")[0].head_id)
    before = audit.GENESIS
    for event in head.events.order_by("seq"):
        if event.seq == 2:
            event.action = "nothing"
        event.prev_hash, before = before, b""
        event.hash = before = audit.digest(event)
        event.save()
    AuditHead.objects.filter(pk=head.pk).update(hash=before)
    head.hash = before
    return head


def rewrite_chain_and_seal() -> None:
    """The same, and the seal with its leaf."""
    head = rewrite_chain()
    leaf = merkle.leaf_of(head.scope, head.seq, bytes(head.hash))
    AuditSeal.objects.filter(scope=head.scope).update(seq=head.seq, hash=head.hash, leaf=leaf)


def rewrite_everything() -> AuditCheckpoint:
    """The same, and the newest checkpoint says so with the signature it had."""
    rewrite_chain_and_seal()
    seals = sorted(AuditSeal.objects.all(), key=lambda seal: seal.scope.encode())
    newest = AuditCheckpoint.objects.order_by("-number")[0]
    newest.root = merkle.root_of([bytes(seal.leaf) for seal in seals])
    _say_so(newest)
    return newest


def sign_with_own_key() -> None:
    """The same with a signature that is right, by a key that nobody published."""
    newest, key = rewrite_everything(), Ed25519PrivateKey.generate()
    newest.key_id = signing.key_id(key.public_key().public_bytes_raw())
    newest.text = checkpoints.text_of(newest)
    newest.signature = key.sign(newest.text.encode())
    _say_so(newest)


def _say_so(newest: AuditCheckpoint) -> None:
    newest.text = checkpoints.text_of(newest)
    newest.hash = outside.digest(newest.text)
    newest.save()


def cut_off() -> None:
    """Take the last event of a chain away, and with it the end and the seal."""
    freely()
    last = AuditEvent.objects.filter(action="case_read").order_by("-pk")[0]
    head, before = AuditHead.objects.get(pk=last.head_id), bytes(last.prev_hash)
    run("DELETE FROM cases_auditevent WHERE id = %s", last.pk)
    AuditHead.objects.filter(pk=head.pk).update(seq=last.seq - 1, hash=before)
    leaf = merkle.leaf_of(head.scope, last.seq - 1, before)
    AuditSeal.objects.filter(scope=head.scope).update(seq=last.seq - 1, hash=before, leaf=leaf)


def restore_older() -> None:
    """All as it was when the copy was put aside."""
    freely()
    for table in TABLES:
        run(f"DELETE FROM {table}")
    for table in TABLES:
        run(f"INSERT INTO {table} SELECT * FROM older_{table}")


def restore_without_checkpoints() -> None:
    """The same, as if there never had been any checkpoint."""
    restore_older()
    run("DELETE FROM cases_auditcheckpoint")
    run("DELETE FROM cases_auditseal")


def _lines() -> list[str]:
    return outside.file().read_text().splitlines(keepends=True)


def edit_line() -> None:
    """One figure of a signed text."""
    outside.file().write_text("".join([*_lines()[:-1], _lines()[-1].replace("events: ", "events: 1")]))


def remove_line() -> None:
    """One in the middle."""
    outside.file().write_text("".join([_lines()[0], *_lines()[2:]]))


def swap_lines() -> None:
    """The last two."""
    outside.file().write_text("".join([*_lines()[:-2], _lines()[-1], _lines()[-2]]))


def cut_file() -> None:
    """The last one."""
    outside.file().write_text("".join(_lines()[:-1]))


def empty_file() -> None:
    """All."""
    outside.file().write_text("")


def nonsense() -> None:
    """Something else at the end."""
    outside.file().write_text("".join([*_lines(), "nothing to see here\n"]))
