"""manage.py partnership FILE: found a partnership with its agencies and its first board manager."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

import yaml
from django.core.management.base import BaseCommand, CommandError

from cases.actions.partnerships import found_partnership
from cases.clock import database_now
from cases.errors import Refused


class Command(BaseCommand):
    """All of the file or nothing."""

    help = "Found a partnership from a YAML file (docs/partnership-example.yaml)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            described = yaml.safe_load(options["file"].read_text())
        except (OSError, yaml.YAMLError) as error:
            raise CommandError(str(error)) from error
        if not isinstance(described, dict):
            raise CommandError("The file must describe one partnership; see docs/partnership-example.yaml.")
        try:
            partnership = found_partnership(described=described, now=database_now())
        except Refused as refused:
            raise CommandError(str(refused)) from refused
        self.stdout.write(
            f"{partnership.name} is founded with {partnership.agencies.count()} agencies. "
            "Its board manager sets a password through “I have forgotten my password” on the sign-in page.\n"
            f"Next: manage.py protocol publish FILE --partnership {partnership.key}"
        )
