"""More disagreements for scale: the same themes and walks, dealt at random over partnerships and the last eight weeks."""

from __future__ import annotations

from random import Random

from decisions.demo.cast import PARTNERSHIPS, DemoPartnership
from decisions.demo.stories import OF_THEMES, THEMES, WALKS, Story

LONGEST_AGO = 56
AT_ONCE = 25


def many_more(chance: Random, wanted: int) -> list[list[Story]]:
    """As many stories as wanted, each one possible in its partnership, in parts of one partnership each."""
    parts: list[list[Story]] = []
    while wanted > 0:
        size = min(AT_ONCE, wanted)
        home = PARTNERSHIPS[len(parts) % len(PARTNERSHIPS)]
        parts.append([_one(chance, home) for _ in range(size)])
        wanted -= size
    return parts


def _one(chance: Random, home: DemoPartnership) -> Story:
    kinds = {agency.kind for agency in home.agencies}
    about_somebody = [theme for theme in THEMES.values() if not theme.name]
    possible = [theme.key for theme in about_somebody if {theme.raising, theme.responding} <= kinds]
    walks = [walk for walk in WALKS if walk not in OF_THEMES]
    return Story(home.key, chance.choice(possible), float(chance.randrange(LONGEST_AGO)), chance.choice(walks))
