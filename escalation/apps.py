"""Wiring of the escalation package into Django."""

from importlib import import_module

from django.apps import AppConfig


class EscalationConfig(AppConfig):
    name = "escalation"
    verbose_name = "Escalation"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        import_module("escalation.celery")  # background tasks belong to this application wherever Django runs
        home, own = import_module("escalation.queues"), import_module("escalation.undelivered")
        home.EXTRA_QUEUES.append(own.did_not_arrive)
        import_module("cases.actions.sign_ins").ALSO_ENDED.append(import_module("escalation.actions.feeds").revoke_all)
        narrowed = import_module("cases.models.case").NARROWED
        narrowed.append(import_module("escalation.models.cases_open").cases_within)
        import_module("cases.http").READS_UNDER.append(import_module("escalation.models.cases_open").read_under)
        import_module("cases.sending").GIVEN_AGAIN.append(import_module("escalation.again").still_theirs)
        import_module("cases.tied").TIES.append(import_module("escalation.tied").MISSED)
