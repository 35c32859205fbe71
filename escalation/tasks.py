"""Background jobs: each finds its rows by the database's clock and makes one call; run twice, the second does nothing."""

from __future__ import annotations

import time

from celery import shared_task

from cases import account_mail, checkpoint_mail, checkpoints
from cases.actions import attestations, own_sign_ins, readings, refusals, sent, sign_ins, typed, unused
from cases.clock import database_now
from escalation import deliveries, outside_mail
from escalation.actions import break_glass, calendars, lead_gaps, plans, restrictions, scanning, sweep
from escalation.actions import outside as asked_outside


@shared_task(name="escalation.tasks.sweep_deadlines")
def sweep_deadlines() -> None:
    """Hold every dispute to its limits."""
    now = database_now()
    if sweep.sweep(now=now).missed:
        checkpoints.seal(now=now)
    plans.warn_of_overdue(now=now)
    restrictions.warn_of_reviews(now=now)
    asked_outside.end_those_over(now=now)
    break_glass.warn_of_overdue(now=now)
    lead_gaps.sweep(now=now)


@shared_task(name="escalation.tasks.recalculate_dates")
def recalculate_dates() -> None:
    """Count open limits again, in case the bank holidays of a new version differ; mostly finds nothing."""
    calendars.recalculate_everywhere(now=database_now())


@shared_task(name="escalation.tasks.deliver_notices")
def deliver_notices() -> None:
    """Send the notices that are owed, and what is owed to people outside who have no account."""
    deliveries.deliver_due(now=database_now())
    outside_mail.deliver_owed(now=database_now())


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
    account_mail.deliver_owed(now=database_now())
    sign_ins.end_old(now=database_now(), at=time.time())


@shared_task(name="escalation.tasks.ask_providers_again")
def ask_providers_again() -> None:
    """Ask agencies' own providers whether the accounts behind running sessions are still open there."""
    own_sign_ins.ask_again(now=database_now())


@shared_task(name="escalation.tasks.keep_accounts_current")
def keep_accounts_current() -> None:
    """Suspend what nobody uses, after a warning, and remind of the quarterly lists and of the weekly ones of readers."""
    unused.warn_and_suspend(now=database_now())
    attestations.remind(now=database_now())
    readings.tell_of_lists(now=database_now())


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
    typed.forget_old_text(now=database_now())
    sent.forget_old_keys(now=database_now())
