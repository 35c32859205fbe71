"""The access table against the oracle: every action for some thousand people at every stage, in memory."""

from __future__ import annotations

import itertools
import random
from dataclasses import fields

from cases import access
from cases.access import At, Facts, Relation
from tests.cases.access_oracle import CODES, ORACLE, Who, expected

STAGES = (1, 2, 3, 4)
YES_NO = (False, True)
SAMPLE = 700
NAMES = {
    "is_on_it": Relation.PARTICIPANT, "has_last_word": Relation.LAST_WORD, "raised_it": Relation.ORIGINATOR,
    "leads": Relation.LEADS, "supports": Relation.SUPPORTER, "advises": Relation.ADVISER, "manages_somebody": Relation.MANAGES,
    "is_of_a_party": Relation.OWN_AGENCY, "was_told": Relation.TOLD, "is_engaged": Relation.ENGAGEMENT,
    "broke_the_glass": Relation.BREAK_GLASS, "glass_was_broken": Relation.OPENED_SO,
}  # fmt: skip


def somebody(chance: random.Random) -> Who:
    """Anybody in any way that people can stand to a dispute: on it or not, with the last word, restricted, in conflict."""
    on_it = chance.choice(("nobody", "is_on_it", "has_last_word"))
    others = [field.name for field in fields(Who) if field.name in NAMES.keys() - {"is_on_it", "has_last_word"}]
    stands = {way: chance.random() < 0.3 for way in others}
    if on_it == "nobody":
        stands |= {"raised_it": False, "leads": False}
    else:
        stands[on_it] = True
    restricted, named = chance.choice(((False, False), (True, True), (True, False)))
    conflict, over = chance.random() < 0.2, chance.random() < 0.4
    return Who(
        chance.choice(list(CODES)), came_to=chance.randrange(5), is_restricted=restricted, is_named=named,
        has_conflict=conflict, is_over=over, **stands,
    )  # fmt: skip


def facts(who: Who) -> Facts:
    found = {relation for name, relation in NAMES.items() if getattr(who, name)} | {Relation.PARTNERSHIP, Relation.ANYBODY}
    return Facts(CODES[who.code], frozenset(found), who.is_restricted, who.is_named, who.has_conflict, who.is_over)


def place(who: Who, stage: int, is_inside: bool) -> At:
    if is_inside:
        return At.INSIDE
    if who.came_to == 0:
        return At.NOT_YET
    return At.ENTERED if stage <= who.came_to else At.LATER


def test_the_table_says_what_the_requirements_say() -> None:
    chance = random.Random(20260402)
    people = [somebody(chance) for _ in range(SAMPLE)]
    checked, wrong = 0, []
    for who, action, stage, inside in itertools.product(people, ORACLE, STAGES, YES_NO):
        said = access.answer(action, facts(who), place(who, stage, inside))
        checked += 1
        if said != expected(action, who, stage, inside):
            wrong.append((action, who, stage, inside, str(said)))
    assert wrong[:5] == []
    assert checked >= 30_000


def test_the_oracle_knows_every_action_of_the_table() -> None:
    assert set(ORACLE) == set(access.table().rows)
    assert set(CODES.values()) == access.table().roles
