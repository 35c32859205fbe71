"""Background jobs: each finds its rows by the database's clock and makes one call; run twice, the second does nothing."""

from __future__ import annotations

import time
from functools import partial

from celery import shared_task

from cases import account_mail, checkpoint_mail, checkpoints, parts
from cases.actions import attestations, own_sign_ins, readings, refusals, sent, sign_ins, typed, unused
from cases.clock import database_now
from escalation import deliveries, outside_mail
from escalation.actions import break_glass, calendars, lead_gaps, plans, restrictions, scanning, sweep
from escalation.actions import outside as asked_outside


@shared_task(name="escalation.tasks.sweep_deadlines")
def sweep_deadlines() -> None:
    """Hold every dispute to its limits, and do what else falls due by the day or the minute."""
    parts.each(
        sweep.sweep_and_seal, plans.warn_of_overdue, restrictions.warn_of_reviews, asked_outside.end_those_over,
        break_glass.warn_of_overdue, lead_gaps.sweep, now=database_now(),
    )  # fmt: skip


@shared_task(name="escalation.tasks.recalculate_dates")
def recalculate_dates() -> None:
    """Count open limits again, in case the bank holidays of a new version differ; mostly finds nothing."""
    calendars.recalculate_everywhere(now=database_now())


@shared_task(name="escalation.tasks.deliver_notices")
def deliver_notices() -> None:
    """Send the notices that are owed, and what is owed to people outside who have no account."""
    parts.each(deliveries.deliver_due, outside_mail.deliver_owed, now=database_now())


@shared_task(name="escalation.tasks.seal_audit_trail")
def seal_audit_trail() -> None:
    """Seal what was written since the last checkpoint, and bring the file outside the database up to date."""
    checkpoints.seal(now=database_now())
    checkpoints.write_outside()


@shared_task(name="escalation.tasks.scan_evidence")
def scan_evidence() -> None:
    """Have the scanner look at files that wait; with none configured nothing happens, and their page says so."""
    while (row := scanning.claim(now=database_now())) is not None:
        if not scanning.scan(row, now=database_now()):
            return


@shared_task(name="escalation.tasks.clear_away_files")
def clear_away_files() -> None:
    """Take away files of which nothing was recorded, because the power went in between."""
    scanning.clear_away(now=database_now())


@shared_task(name="escalation.tasks.look_after_accounts")
def look_after_accounts() -> None:
    """Tell people what happened with their accounts, and write down the end of sessions nobody came back to."""
    parts.each(account_mail.deliver_owed, partial(sign_ins.end_old, at=time.time()), now=database_now())


@shared_task(name="escalation.tasks.ask_providers_again")
def ask_providers_again() -> None:
    """Ask agencies' own providers whether the accounts behind running sessions are still open there."""
    own_sign_ins.ask_again(now=database_now())


@shared_task(name="escalation.tasks.keep_accounts_current")
def keep_accounts_current() -> None:
    """Suspend what nobody uses, after a warning, and remind of the quarterly lists and of the weekly ones of readers."""
    parts.each(unused.warn_and_suspend, attestations.remind, readings.tell_of_lists, now=database_now())


@shared_task(name="escalation.tasks.mail_checkpoints")
def mail_checkpoints() -> None:
    """Once a day, mail the newest checkpoint to each agency's records address; looks every hour whom it still owes."""
    checkpoint_mail.send_daily(now=database_now())


@shared_task(name="escalation.tasks.count_refusals")
def count_refusals() -> None:
    """Write into the audit trail how often the same was refused again within a minute."""
    refusals.record_repeats(now=database_now())


@shared_task(name="escalation.tasks.forget_what_was_typed")
def forget_what_was_typed() -> None:
    """Throw away unsent text of which nothing was heard for three days, and one-time keys as old."""
    parts.each(typed.forget_old_text, sent.forget_old_keys, now=database_now())
