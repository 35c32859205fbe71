"""Prints docs/states.md, or writes it."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser

from escalation.state_diagram import states_document


class Command(BaseCommand):
    """`state_diagram` prints the document; `--write` puts it in its place."""

    help = "The statuses of a dispute and every allowed move, as a document with a diagram."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--write", action="store_true", help="write docs/states.md")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["write"]:
            (Path(settings.BASE_DIR) / "docs" / "states.md").write_text(states_document())
        else:
            self.stdout.write(states_document(), ending="")
