"""Wiring of the decisions package into Django."""

from importlib import import_module

from django.apps import AppConfig


class DecisionsConfig(AppConfig):
    name = "decisions"
    verbose_name = "Decisions"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        home, own = import_module("escalation.queues"), import_module("decisions.queues")
        home.EXTRA_QUEUES.extend((own.to_sign_off, own.to_report, own.came_back, own.still_open))
        home.EXTRA_QUEUES.extend((own.learning_to_check, own.changes_to_make, own.learning_to_look_at))
        tied = import_module("decisions.tied")
        import_module("cases.tied").TIES.extend((tied.SIGNED, tied.OUTCOMES, tied.ANSWERS))
        kinds = import_module("escalation.actions.handover").KINDS
        kinds.append(import_module("decisions.actions.afterwards").KEPT)
        kinds.append(import_module("decisions.actions.records").KEPT)
        kinds.append(import_module("decisions.actions.learning").KEPT)
