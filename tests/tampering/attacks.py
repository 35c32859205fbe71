"""Attacks on the record as one table: by whom, what they do, and how it ends: refused, or found by ``manage.py audit verify``."""

# ruff: noqa: S608 (the statements are our own)
from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tests.tampering import hands

WEB, OWNER, MASTER = "escalation_web", "escalation_owner", "postgres"
REFUSED = ""

FIRST = "(SELECT min(head_id) FROM cases_auditevent WHERE action = 'decision_signed')"
EVENT = f"head_id = {FIRST} AND seq = 2"
NEWEST = "number = (SELECT max(number) FROM cases_auditcheckpoint)"
FREE = {
    OWNER: "ALTER TABLE {table} DISABLE TRIGGER USER; {act}; SET CONSTRAINTS ALL IMMEDIATE; "
    "ALTER TABLE {table} ENABLE TRIGGER USER",
    MASTER: "SET LOCAL session_replication_role = replica; {act}; SET LOCAL session_replication_role = origin",
}


@dataclass(frozen=True)
class Attack:
    """One attempt; ``told`` is part of what the verifier says, empty when the database refuses it."""

    who: str
    name: str
    act: str | Callable[[], object]
    told: str = REFUSED


COPY = "user_id, appointment_id, object_type, object_id, data"
INSERTED = (
    f"INSERT INTO cases_auditevent (head_id, seq, at, action, prev_hash, hash, {COPY}) "
    f"SELECT head_id, {{seq}}, at, 'case_read', {{before}}, sha256('x'), {COPY} FROM cases_auditevent WHERE {EVENT}"
)
CHECKPOINT = (
    "INSERT INTO cases_auditcheckpoint (number, at, origin, heads, events, root, previous, key_id, text, hash, signature) "
    "SELECT number + 1, at, origin, heads, events, root, hash, key_id, text, sha256('x'), signature "
    f"FROM cases_auditcheckpoint WHERE {NEWEST}"
)
ON_EVENTS = {  # what changes the chain itself, and what is then found
    "changes what was done": (f"UPDATE cases_auditevent SET action = 'x' WHERE {EVENT}", "event 2 is not as it was written"),
    "changes who did it": (f"UPDATE cases_auditevent SET user_id = NULL WHERE {EVENT}", "event 2 is not as it was written"),
    "changes in which role": (
        f"UPDATE cases_auditevent SET appointment_id = NULL WHERE {EVENT}", "event 2 is not as it was written",
    ),
    "moves the time by a microsecond": (
        f"UPDATE cases_auditevent SET at = at + interval '1 microsecond' WHERE {EVENT}", "event 2 is not as it was written",
    ),
    "changes what it was about": (f"UPDATE cases_auditevent SET object_id = '0' WHERE {EVENT}", "event 2 is not as it was"),
    "changes its data": (
        "UPDATE cases_auditevent SET data = data || '{\"x\": 1}' WHERE action = 'limit_missed'", "is not as it was written",
    ),
    "removes one": (f"DELETE FROM cases_auditevent WHERE {EVENT}", "event 2 is missing"),
    "removes the last": (
        f"DELETE FROM cases_auditevent WHERE id = (SELECT max(id) FROM cases_auditevent WHERE head_id = {FIRST})",
        "the end of the chain is missing",
    ),
    "empties the trail": ("DELETE FROM cases_auditevent", "the end of the chain is missing"),
    "swaps two": (
        f"UPDATE cases_auditevent SET seq = -seq WHERE head_id = {FIRST} AND seq IN (2, 3); "
        f"UPDATE cases_auditevent SET seq = 5 + seq WHERE head_id = {FIRST} AND seq < 0",
        "event 2 is not as it was written",
    ),
    "turns the order round": (
        f"UPDATE cases_auditevent SET seq = -seq WHERE head_id = {FIRST}; UPDATE cases_auditevent SET seq = 1 + seq + "
        f"(SELECT count(*) FROM cases_auditevent WHERE head_id = {FIRST}) WHERE head_id = {FIRST}",
        "is not as it was written",
    ),
    "moves one to another case": (
        "UPDATE cases_auditevent SET head_id = (SELECT max(id) FROM cases_audithead), seq = 900 "
        f"WHERE {EVENT}", "event 2 is missing",
    ),
}  # fmt: skip
ON_ROWS = {  # what changes the business beside the chain
    "rewrites a signed decision": (
        "decisions_decisionrecord", "UPDATE decisions_decisionrecord SET decision = 'No' WHERE state = 'signed'",
        "signed decision",
    ),
    "takes a signature back": (
        "decisions_decisionrecord",
        "UPDATE decisions_decisionrecord SET state = 'draft', sha256 = '', signed_at = NULL WHERE state = 'signed'",
        "signed decision",
    ),
    "rewrites the signer's reasons": (
        "decisions_signoff", "UPDATE decisions_signoff SET rationale = 'Because.'", "signed decision",
    ),
    "changes an option of a signed decision": (
        "decisions_decisionoption", "UPDATE decisions_decisionoption SET is_chosen = NOT is_chosen", "signed decision",
    ),
    "rewrites an outcome": ("decisions_outcome", "UPDATE decisions_outcome SET text = 'Nothing'", "outcome"),
    "turns a refusal into a yes": (
        "decisions_outcomeconfirmation", "UPDATE decisions_outcomeconfirmation SET accepts = NOT accepts", "answers to outcome",
    ),
    "removes an agency's answer": (
        "decisions_outcomeconfirmation", "DELETE FROM decisions_outcomeconfirmation", "answers to outcome",
    ),
    "takes a missed limit back": (
        "escalation_deadline", "UPDATE escalation_deadline SET missed_at = NULL WHERE missed_at IS NOT NULL", "missed limit",
    ),
    "moves the date of a missed limit": (
        "escalation_deadline",
        "UPDATE escalation_deadline SET due_at = due_at - interval '1 hour' WHERE missed_at IS NOT NULL", "missed limit",
    ),
    "records a miss that was none": (
        "escalation_deadline",
        "UPDATE escalation_deadline SET missed_at = due_at + interval '1 day' WHERE missed_at IS NULL", "missed limit",
    ),
}  # fmt: skip
ON_SEALS = {
    "takes the end of a chain back": (
        "cases_audithead", f"UPDATE cases_audithead SET seq = seq - 1 WHERE id = {FIRST}", "the end of the chain is missing",
    ),
    "removes a whole chain's end": (
        "cases_audithead", "UPDATE cases_audithead SET scope = 'gone' WHERE id = " + FIRST, "what was sealed is not there",
    ),
    "takes a seal back": (
        "cases_auditseal", "UPDATE cases_auditseal SET seq = seq - 1", "what was sealed is not there",
    ),
    "removes a seal": (
        "cases_auditseal", "DELETE FROM cases_auditseal WHERE scope = (SELECT max(scope) FROM cases_auditseal)",
        "the ends of the chains are not those",
    ),
    "removes the newest checkpoint": (
        "cases_auditcheckpoint", f"DELETE FROM cases_auditcheckpoint WHERE {NEWEST}", "of the file is not in the database",
    ),
    "removes the first checkpoint": (
        "cases_auditcheckpoint", "DELETE FROM cases_auditcheckpoint WHERE number = 1", "checkpoint 1 is missing",
    ),
    "rewrites a checkpoint's root": (
        "cases_auditcheckpoint", f"UPDATE cases_auditcheckpoint SET root = sha256('x') WHERE {NEWEST}", "is not as it was signed",
    ),
    "moves a checkpoint's time": (
        "cases_auditcheckpoint", "UPDATE cases_auditcheckpoint SET at = at - interval '1 day'", "is not as it was signed",
    ),
    "exchanges a signature": (
        "cases_auditcheckpoint", f"UPDATE cases_auditcheckpoint SET signature = sha512('x') WHERE {NEWEST}",
        "has a signature that is not of its text",
    ),
    "names another key": (
        "cases_auditcheckpoint", f"UPDATE cases_auditcheckpoint SET key_id = 'mine' WHERE {NEWEST}", "which is not known",
    ),
}  # fmt: skip
ON_GUARDS = {
    "switches a guard off": ("ALTER TABLE cases_auditevent DISABLE TRIGGER audit_event_no_change", "is switched off"),
    "drops a guard": ("DROP TRIGGER audit_event_no_change ON cases_auditevent", "is missing"),
    "hollows a guard out": (
        "CREATE OR REPLACE FUNCTION public.audit_event_is_append_only() RETURNS trigger LANGUAGE plpgsql AS "
        "'BEGIN RETURN NEW; END'", "does something else",
    ),
    "lets the product delete events": ("GRANT DELETE ON cases_auditevent TO escalation_web", "may DELETE cases_auditevent"),
    "drops the guard of signed decisions": (
        "DO $$ DECLARE found text; BEGIN SELECT tgname INTO found FROM pg_trigger WHERE tgname LIKE '%signed_record_is_frozen%'; "
        "EXECUTE 'DROP TRIGGER ' || found || ' ON decisions_decisionrecord'; END $$", "is missing",
    ),
    "makes a guard fire for nothing": (
        "DROP TRIGGER audit_event_no_change ON cases_auditevent; CREATE TRIGGER audit_event_no_change BEFORE UPDATE OR DELETE "
        "ON cases_auditevent FOR EACH ROW WHEN (false) EXECUTE FUNCTION audit_event_is_append_only()", "does something else",
    ),
    "lets every guard be ignored": (
        "CREATE OR REPLACE FUNCTION public._pgtrigger_should_ignore(trigger_name name) RETURNS boolean LANGUAGE sql AS "
        "'SELECT true'",
        "_pgtrigger_should_ignore does something else",
    ),
}  # fmt: skip


def _freely(who: str, table: str, act: str) -> str:
    return FREE[who].format(table=table, act=act)


def _all() -> list[Attack]:
    told: list[Attack] = []
    for name, (act, found) in ON_EVENTS.items():
        told.append(Attack(WEB, name, act))
        told += [Attack(who, name, _freely(who, "cases_auditevent", act), found) for who in (OWNER, MASTER)]
    for name, (table, act, found) in ON_ROWS.items():
        told.append(Attack(OWNER, name, _freely(OWNER, table, act), found))
        told.append(Attack(WEB, f"{name}, past the guards of the models", lambda act=act: hands.past_guards(act), found))  # type: ignore[misc]
    for name, (table, act, found) in ON_SEALS.items():
        told.append(Attack(WEB, name, act))
        told += [Attack(who, name, _freely(who, table, act), found) for who in (OWNER, MASTER)]
    for name, (act, found) in ON_GUARDS.items():
        told.append(Attack(OWNER, name, act, found))
        if not act.startswith("GRANT"):  # to which PostgreSQL answers that nothing was granted
            told.append(Attack(WEB, name, act))
    return told


ATTACKS = [
    *_all(),
    Attack(WEB, "plays the replica", "SET session_replication_role = replica"),
    Attack(WEB, "becomes the owner", "SET ROLE escalation_owner"),
    Attack(WEB, "empties the trail at once", "TRUNCATE cases_auditevent"),
    Attack(WEB, "adds an event at the end", INSERTED.format(seq=900, before="sha256('y')"), "is missing"),
    Attack(WEB, "adds an event beside another", INSERTED.format(seq=900, before="prev_hash")),
    Attack(WEB, "adds an event a second time", INSERTED.format(seq=2, before="sha256('y')")),
    Attack(WEB, "adds a checkpoint of its own", CHECKPOINT, "is not as it was signed"),
    Attack(WEB, "pushes the end of a chain on", "UPDATE cases_audithead SET seq = seq + 1", "the end of the chain is missing"),
    Attack(WEB, "pushes a seal on", "UPDATE cases_auditseal SET seq = seq + 1", "what was sealed is not there"),
    Attack(MASTER, "calculates a chain anew", hands.rewrite_chain, "what was sealed is not there"),
    Attack(MASTER, "calculates chain and seal anew", hands.rewrite_chain_and_seal, "not those that were signed"),
    Attack(MASTER, "… and the checkpoint", hands.rewrite_everything, "has a signature that is not of its text"),
    Attack(MASTER, "… and signs it with a key of their own", hands.sign_with_own_key, "which is not known"),
    Attack(MASTER, "cuts a chain's end off and its seal", hands.cut_off, "not those that were signed"),
    Attack(MASTER, "restores an older dump", hands.restore_older, "is not in the database, which is older"),
    Attack(MASTER, "restores an older dump without checkpoints", hands.restore_without_checkpoints, "is not in the database"),
    Attack(MASTER, "makes the web role a superuser", "ALTER ROLE escalation_web SUPERUSER", "is a superuser"),
    Attack(OWNER, "edits a line of the file", hands.edit_line, "has a signature that is not of its text"),
    Attack(OWNER, "removes a line of the file", hands.remove_line, "is missing"),
    Attack(OWNER, "swaps two lines of the file", hands.swap_lines, "is missing"),
    Attack(OWNER, "cuts the end of the file off", hands.cut_file, "the file of checkpoints ends with"),
    Attack(OWNER, "empties the file", hands.empty_file, "the file of checkpoints ends with 0"),
    Attack(OWNER, "writes nonsense into the file", hands.nonsense, "holds a line that is no checkpoint"),
]
