"""The shape of one kind of disagreement: what each side says of it, from the first worry to the outcome."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Theme:
    """Invented texts for one kind of disagreement; ``raising`` and ``responding`` are kinds of agency.

    One with a ``name`` is about no person, but about how agencies work together.
    """

    key: str
    raising: str
    responding: str
    category: str
    dundee_category: str
    decision: str
    worry: str
    evidence: str
    aim: str
    resolution: str
    wants: str
    measures: str
    talk: str
    ours: str
    theirs: str
    review: str
    action: str
    done: str
    outcome: str
    because: str
    analysis: str
    chosen: str
    rejected: str
    law: str
    is_child: bool = False
    ground: str = ""
    name: str = ""

    def category_under(self, protocol: str) -> str:
        """The category's code in the words of a protocol."""
        if protocol == "dundee":
            return self.dundee_category
        return "action" if self.category == "service" and protocol != "south_lanarkshire" else self.category
