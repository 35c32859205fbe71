"""What agencies disagree about between themselves: patterns in how they work together, about nobody."""

from __future__ import annotations

from decisions.demo.theme import Theme

THEMES = (
    Theme(
        "turning_eighteen", "council", "education", "transfers", "other",
        "Plans for young people who turn eighteen reach adult services after the birthday, and not the year before.",
        "Support stops for weeks while two services each wait for the other one to begin.",
        "Eleven of the last fourteen transfers since January came late, by the transfer log of both services.",
        "One date from which both services plan together.",
        "A joint list from the seventeenth birthday on, looked at by both services every month.",
        "", "",
        "We went through the log together. Both services see the same dates, and not yet whose task the list is.",
        "Nobody sends the plan because no guidance says who does. We want one list and one owner.",
        "Schools send what they have when they have it. A list would be welcome; we cannot keep it for both services.",
        "I agree: it is the same in each of the last four quarters.",
        "Draft one page on who keeps the list, and send it to both services.",
        "The page is with both services; first list looked at together.",
        "Adult services keep the list; schools name each young person a year before.",
        "One owner, and a date that nobody has to ask for.",
        "The delay is nobody's fault and everybody's: two services wait for each other.",
        "One joint list with one owner", "A reminder to schools each term",
        "Transitions guidance of both services",
        ground="none_agreed", name="Transfers at eighteen",
    ),
)
