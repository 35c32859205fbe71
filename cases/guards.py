"""The triggers that the database must have, switched on and with the words they were made with; and what the web role may not."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass

import pgtrigger
from django.db import connection

ROW, BEFORE, INSERT, DELETE, UPDATE, TRUNCATE = 1, 2, 4, 8, 16, 32
CHANGE = ROW | BEFORE | DELETE | UPDATE
EMPTYING = BEFORE | TRUNCATE
OPERATIONS = {"INSERT": INSERT, "DELETE": DELETE, "UPDATE": UPDATE, "TRUNCATE": TRUNCATE}
# The SHA-256 of the functions in cases/migrations/0002 and 0008.
EVENTS = "a0ae01178040b3235b70efd152db6af59c2c88364a4e0c9a890b3794e2f553c8"
CHECKPOINTS = "b9220abbb2e857b1674e81fb381575e2ac58e827b45c64ab8cfcdc14f1fa68bf"
FORWARD = "7bfed75b9374abb751f4369f5d15d36e00fc2c79f0ffacb1dec631aa873816ea"
IGNORE = "_pgtrigger_should_ignore"


@dataclass(frozen=True)
class Guard:
    """One trigger: its table, when it fires, whether only for some rows, and the digest of what it does."""

    table: str
    name: str
    kind: int
    has_condition: bool
    words: str


PLAIN = (
    Guard("cases_auditevent", "audit_event_no_change", CHANGE, False, EVENTS),
    Guard("cases_auditevent", "audit_event_no_truncate", EMPTYING, False, EVENTS),
    Guard("cases_auditcheckpoint", "audit_checkpoint_no_change", CHANGE, False, CHECKPOINTS),
    Guard("cases_auditcheckpoint", "audit_checkpoint_no_truncate", EMPTYING, False, CHECKPOINTS),
    Guard("cases_audithead", "audit_head_goes_forward", CHANGE, False, FORWARD),
    Guard("cases_audithead", "audit_head_no_truncate", EMPTYING, False, FORWARD),
    Guard("cases_auditseal", "audit_seal_goes_forward", CHANGE, False, FORWARD),
    Guard("cases_auditseal", "audit_seal_no_truncate", EMPTYING, False, FORWARD),
)
NEVER = {
    "cases_auditevent": ("UPDATE", "DELETE", "TRUNCATE", "TRIGGER"),
    "cases_auditcheckpoint": ("UPDATE", "DELETE", "TRUNCATE", "TRIGGER"),
    "cases_audithead": ("DELETE", "TRUNCATE", "TRIGGER"),
    "cases_auditseal": ("DELETE", "TRUNCATE", "TRIGGER"),
}
FOUND = """
SELECT c.relname, t.tgname, t.tgtype & 63, t.tgqual IS NOT NULL, t.tgenabled, p.prosrc
FROM pg_catalog.pg_trigger t JOIN pg_catalog.pg_class c ON c.oid = t.tgrelid JOIN pg_catalog.pg_proc p ON p.oid = t.tgfoid
WHERE NOT t.tgisinternal AND c.relnamespace = 'public'::regnamespace
"""


def missing_guards() -> Iterator[str]:
    """What protects the record and is not there, is switched off, or does something else."""
    with connection.cursor() as cursor:
        cursor.execute(FOUND)
        found = {(row[0], row[1]): row[2:] for row in cursor.fetchall()}
        cursor.execute("SELECT prosrc FROM pg_catalog.pg_proc WHERE proname = %s", [IGNORE])
        ignoring = [_digest(row[0]) for row in cursor.fetchall()]
    for guard in (*PLAIN, *_of_models()):
        if (guard.table, guard.name) not in found:
            yield f"trigger {guard.name} on {guard.table} is missing"
            continue
        kind, has_condition, enabled, source = found[guard.table, guard.name]
        if enabled not in ("O", "A"):
            yield f"trigger {guard.name} on {guard.table} is switched off"
        if (kind, has_condition, _digest(source)) != (guard.kind, guard.has_condition, guard.words):
            yield f"trigger {guard.name} on {guard.table} does something else"
    if ignoring != [_expected_ignoring()]:
        yield f"function {IGNORE} does something else"
    yield from _too_much_allowed()


def _of_models() -> Iterator[Guard]:
    for model, trigger in pgtrigger.registered():
        made = trigger.compile(model).install_sql
        level = ROW if str(trigger.level) == "ROW" else 0
        when = BEFORE if str(trigger.when) == "BEFORE" else 0
        does = sum(bit for word, bit in OPERATIONS.items() if re.search(rf"\b{word}\b", str(trigger.operation)))
        has_condition = bool(trigger.render_condition(model))
        yield Guard(model._meta.db_table, trigger.get_pgid(model), level | when | does, has_condition, _digest(_bodies(made)[1]))


def _expected_ignoring() -> str:
    model, trigger = pgtrigger.registered()[0]
    return _digest(_bodies(trigger.compile(model).install_sql)[0])


def _bodies(sql: str) -> list[str]:
    return re.findall(r"AS \$\$(.*?)\$\$ LANGUAGE", sql, re.DOTALL)


def _digest(words: str) -> str:
    return hashlib.sha256(" ".join(words.split()).encode()).hexdigest()


def _too_much_allowed() -> Iterator[str]:
    """What the role of the web server may do to the trail and must not, when it is the one that asks."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT rolsuper OR rolbypassrls FROM pg_catalog.pg_roles WHERE rolname = current_user")
        is_master = cursor.fetchone()[0]
        for table, rights in NEVER.items():
            for right in rights:
                cursor.execute("SELECT has_table_privilege(%s, %s)", [table, right])
                if cursor.fetchone()[0] and not is_master:
                    yield f"the product's own role may {right} {table}"
    if is_master:
        yield "the product's own role is a superuser, or goes past row-level security"
