"""What ./start says when the first page has come: the address, whom to sign in as, how to stop."""

from collections.abc import Iterable, Iterator
from itertools import groupby
from pathlib import Path
from typing import Any

Person = dict[str, Any]
COLUMNS = ("role", "agency", "email")


def welcome(address: str, people: list[Person], state: Path) -> str:
    """The whole text."""
    return "\n".join(
        [
            "",
            *_people(address, people),
            f"Ctrl-C stops everything. What you enter is kept in {state}; ./start --reset begins anew.",
            "",
            f"The service is ready: {address}",
        ]
    )


def _people(address: str, people: list[Person]) -> Iterator[str]:
    chosen = list(_one_of_each(people))
    if not chosen:
        return
    passwords = {person["password"] for person in chosen}
    shared = f", password {passwords.pop()}" if len(passwords) == 1 else ""
    yield f"Sign in as one of these invented people{shared}:"
    columns = COLUMNS if shared else (*COLUMNS, "password")
    widths = {name: max(len(_cell(person, name)) for person in chosen) for name in columns}
    for partnership, members in groupby(chosen, key=lambda person: str(person.get("partnership"))):
        yield f"\n  {partnership}"
        for person in members:
            yield "    " + "  ".join(_cell(person, name).ljust(widths[name]) for name in columns).rstrip()
    yield f"\nEverybody else: {address}/demo/people/"


def _one_of_each(people: Iterable[Person]) -> Iterator[Person]:
    """One person for each role in each partnership, in the order given, partnerships kept together."""
    seen: dict[tuple[Any, Any], Person] = {}
    for person in people:
        seen.setdefault((person.get("partnership"), person.get("role")), person)
    yield from sorted(seen.values(), key=lambda person: str(person.get("partnership")))


def _cell(person: Person, name: str) -> str:
    text = str(person.get(name) or "")
    return text.replace("_", " ") if name == "role" else text
