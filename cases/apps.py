"""Wiring of the cases package into Django."""

from importlib import import_module

from django.apps import AppConfig


class CasesConfig(AppConfig):
    name = "cases"
    verbose_name = "Cases"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        import_module("cases.forms.passwords")  # registers the checks of its list
        own = import_module("cases.openly")
        import_module("cases.tied").TIES.extend((own.RESTORES, own.KEYS, own.LOST_KEYS))
