"""Founding a partnership from a file: all of it, or a plain refusal and nothing."""

from __future__ import annotations

from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from cases.models import Agency, Appointment, AuditEvent, Partnership, User
from cases.roles import Role

EXAMPLE = Path(__file__).resolve().parents[2] / "docs" / "partnership-example.yaml"

pytestmark = pytest.mark.django_db


def test_the_example_founds_a_partnership_whose_manager_can_set_a_password() -> None:
    said = StringIO()
    call_command("partnership", str(EXAMPLE), stdout=said)
    partnership = Partnership.objects.get(key="brackenshire")
    manager = Appointment.objects.get(partnership=partnership)
    assert manager.role == Role.BOARD_MANAGER
    assert manager.agency is None
    assert not manager.user.has_usable_password()
    assert manager.user.is_active
    home = Agency.objects.get(key="lantern-house")
    assert home.commissioner is not None
    assert home.commissioner.key == "council"
    assert AuditEvent.objects.filter(action="partnership_founded", object_id=str(partnership.pk)).count() == 1
    assert "protocol publish" in said.getvalue()


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        ("reference_prefix: BRK ", "reference_prefix: BRACKENSHIRE ", "reference_prefix"),
        ("nation: england-and-wales ", "nation: mercia ", "nation"),
        ("kind: care", "kind: army", "lantern-house: kind"),
        ("commissioner: council ", "commissioner: nobody ", "must stand before it"),
        ("board_manager:", "boss:", "nobody knows boss"),
        ("  email: ottilie.farrant@brackenshire.example", "", "Name the first board manager"),
        ("key: brackenshire", "- brackenshire", ""),
    ],
)
def test_a_wrong_file_is_refused_in_words_and_changes_nothing(tmp_path: Path, before: str, after: str, words: str) -> None:
    text = EXAMPLE.read_text().replace(before, after, 1)
    if text == EXAMPLE.read_text():
        pytest.fail(f"{before} is not in the example")
    file = tmp_path / "wrong.yaml"
    file.write_text(text)
    with pytest.raises(CommandError) as refused:
        call_command("partnership", str(file))
    assert words in str(refused.value)
    assert not Partnership.objects.exists()
    assert not User.objects.exists()


def test_founding_twice_is_refused() -> None:
    call_command("partnership", str(EXAMPLE), stdout=StringIO())
    with pytest.raises(CommandError, match="already exists"):
        call_command("partnership", str(EXAMPLE))
