"""More disagreements for scale: the same themes and walks, dealt at random over partnerships and the last eight weeks."""

from __future__ import annotations

from random import Random

from decisions.demo.cast import PARTNERSHIPS
from decisions.demo.stories import THEMES, WALKS, Story

LONGEST_AGO = 56


def many_more(chance: Random, wanted: int) -> list[Story]:
    """As many stories as wanted, each one possible in its partnership."""
    return [_one(chance) for _ in range(wanted)]


def _one(chance: Random) -> Story:
    home = chance.choice(PARTNERSHIPS)
    kinds = {agency.kind for agency in home.agencies}
    possible = [theme.key for theme in THEMES.values() if {theme.raising, theme.responding} <= kinds]
    return Story(home.key, chance.choice(possible), float(chance.randrange(LONGEST_AGO)), chance.choice(list(WALKS)))
