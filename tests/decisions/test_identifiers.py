"""What could lead back to somebody: names in every spelling, addresses, references, days and numbers; ordinary words do not."""

from __future__ import annotations

import pytest

from decisions.identifiers import Known, found_in, marked, of_address, of_name, plain

KNOWN = [
    *of_name("Margaret Ann O’Brien-Elsworth", "the person"), *of_name("Dr Łucja Price", "a professional"),
    *of_name("Will May", "a professional"), *of_address("Flat 2, 14 Mill Lane\nRuncorn\nWA7 1AA", "an address"),
    Known("LAS-55120/7", "a reference"), Known("Ashby Housing Trust", "an agency"), Known("Health", "an agency"),
]  # fmt: skip


@pytest.mark.parametrize(
    "text",
    [
        "Margaret waited", "MARGARET waited", "margaret waited", "Margaret’s view", "M\u200bargaret waited", "Mrs Elsworth",
        "Mrs O'Brien-Elsworth", "Mrs ELSWORTH,", "M.A.O. waited", "Lucja said", "Łucja said", "said Dr Price",
        "Ann  O’Brien–Elsworth",
        "in Mill Lane", "at 14 Mill\nLane", "in Runcorn", "wa7 1aa", "WA71AA", "las-55120/7", "ashby housing  trust", "Will did",
        "HAL-2026-0012", "hal-c-2026-0007", "on 3 April", "on the 3rd of April 2026", "April 3rd", "3/4/26", "2026-04-03",
        "01632 960 999", "+44 1632 960999", "NHS 943 476 5919", "who@council.example", "Ｍargaret waited",
    ],
)  # fmt: skip
def test_what_leads_back_to_somebody(text: str) -> None:
    assert found_in(plain(text), KNOWN), text


@pytest.mark.parametrize(
    "text",
    [
        "It may be that they will ask what the price is.", "A health worker in spring 2026.", "An adult aged 80 or more.",
        "Within 5 working days, 24 hours, section 42, rule 4.2.", "The mill was closed in a narrow lane.", "An anniversary.",
    ],
)  # fmt: skip
def test_what_does_not(text: str) -> None:
    assert found_in(plain(text), KNOWN) == [], text


def test_pieces_put_together_are_the_text() -> None:
    text = "Margaret Elsworth of Runcorn and Margaret"
    pieces = marked(text, found_in(text, KNOWN))
    assert "".join(words for words, _ in pieces) == text
    assert [words for words, what in pieces if what] == ["Margaret", "Elsworth", "Runcorn", "Margaret"]
    assert marked("", []) == []
