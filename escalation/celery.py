"""The Celery application and the whole timetable of what runs by the clock."""

import os
from importlib import import_module
from typing import Any

from celery import Celery
from celery.signals import beat_init, worker_init

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "escalation.settings")

app = Celery("escalation")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@worker_init.connect(weak=False)
@beat_init.connect(weak=False)
def begin(**_: Any) -> None:
    """A worker or beat of its own does not start over a database that is older than its newest checkpoint."""
    import_module("cases.starting").refuse_if_older()


def every(seconds: float, task: str, queue: str = "celery") -> dict[str, Any]:
    """One timetable entry; a message nobody took before the next tick has no value and expires."""
    return {"task": task, "schedule": seconds, "options": {"expires": seconds, "queue": queue}}


# Every task below finds its own rows and is harmless when run twice, so two beats, a lost message
# or a restarted broker change nothing but the moment.
app.conf.beat_schedule = {
    "sweep-deadlines": every(20, "escalation.tasks.sweep_deadlines"),
    "recalculate-dates": every(3600, "escalation.tasks.recalculate_dates"),
    "deliver-notices": every(5, "escalation.tasks.deliver_notices"),
    "seal-audit-trail": every(30, "escalation.tasks.seal_audit_trail"),
    "look-after-accounts": every(30, "escalation.tasks.look_after_accounts"),
    "ask-providers-again": every(60, "escalation.tasks.ask_providers_again"),
    "keep-accounts-current": every(3600, "escalation.tasks.keep_accounts_current"),
    "mail-checkpoints": every(3600, "escalation.tasks.mail_checkpoints"),
    "count-refusals": every(60, "escalation.tasks.count_refusals"),
    "scan-evidence": every(5, "escalation.tasks.scan_evidence"),
    "forget-what-was-typed": every(600, "escalation.tasks.forget_what_was_typed"),
    "clear-away-files": every(3600, "escalation.tasks.clear_away_files"),
    "render-exports": every(3, "decisions.tasks.render_exports"),
}
