"""On what basis agencies share what they know of somebody: the answers in plain words, each with the law behind it (F54)."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

from cases.roles import Nation


class Basis(StrEnum):
    """What the sharing rests on."""

    PROTECT = "protect"
    LIFE = "life"
    CARE = "care"
    CRIME = "crime"
    LAW = "law"
    NOBODY = "nobody"


class Consent(StrEnum):
    """Whether the person was asked, and if not why."""

    NOT_ASKED = "not_asked"
    AGREES = "agrees"
    REFUSES = "refuses"
    UNSAFE = "unsafe"
    CANNOT = "cannot"
    NOBODY = "nobody"


BASIS_WORDS = {
    Basis.PROTECT: "To protect somebody who is at risk of harm",
    Basis.LIFE: "To save a life, or prevent serious harm, where the person cannot be asked",
    Basis.CARE: "To give or arrange health or social care",
    Basis.CRIME: "To prevent or detect a crime",
    Basis.LAW: "Because a law or a court requires it",
    Basis.NOBODY: "It is about nobody: no personal data are shared",
}
CONSENT_WORDS = {
    Consent.NOT_ASKED: "Not asked yet: protecting somebody does not wait for consent",
    Consent.AGREES: "Asked, and they agree",
    Consent.REFUSES: "Asked, they do not agree, and it is shared all the same",
    Consent.UNSAFE: "Not asked: asking would put somebody at risk",
    Consent.CANNOT: "They cannot be asked, or cannot decide this",
    Consent.NOBODY: "There is nobody to ask",
}
GENERAL_LAW = {
    Basis.PROTECT: "UK GDPR, Articles 6(1)(e) and 9(2)(g); Data Protection Act 2018, Schedule 1, paragraph 18",
    Basis.LIFE: "UK GDPR, Articles 6(1)(d) and 9(2)(c)",
    Basis.CARE: "UK GDPR, Articles 6(1)(e) and 9(2)(h); Data Protection Act 2018, Schedule 1, paragraph 2",
    Basis.CRIME: "UK GDPR, Articles 6(1)(e) and 9(2)(g); Data Protection Act 2018, Schedule 1, paragraph 10",
    Basis.LAW: "UK GDPR, Articles 6(1)(c) and 9(2)(g); Data Protection Act 2018, Schedule 1, paragraph 6",
    Basis.NOBODY: "",
}
# The duty behind protecting somebody, by nation and whom the protocol is about.
DUTIES = {
    (Nation.ENGLAND_AND_WALES, "adult"): "Care Act 2014, section 45",
    (Nation.ENGLAND_AND_WALES, "child"): "Children Act 2004, section 11",
    (Nation.SCOTLAND, "adult"): "Adult Support and Protection (Scotland) Act 2007",
}


@dataclass(frozen=True)
class Lawful:
    """Why something may be shared; ``consent_why`` is needed where the person does not agree."""

    basis: str = Basis.PROTECT
    consent: str = Consent.NOT_ASKED
    consent_why: str = ""


def usual(*, is_thematic: bool) -> Lawful:
    """What holds unless somebody says otherwise."""
    return Lawful(Basis.NOBODY, Consent.NOBODY) if is_thematic else Lawful()


def bases(*, is_thematic: bool) -> list[tuple[str, str]]:
    """The bases to choose from, the usual one first."""
    return [(one.value, words) for one, words in BASIS_WORDS.items() if (one is Basis.NOBODY) is is_thematic]


def consents(*, is_thematic: bool) -> list[tuple[str, str]]:
    """The answers on consent to choose from, the usual one first."""
    return [(one.value, words) for one, words in CONSENT_WORDS.items() if (one is Consent.NOBODY) is is_thematic]


def law_of(basis: str, nation: str, about: Collection[str]) -> str:
    """The law by which a basis holds in a nation, for adults or children."""
    found = [GENERAL_LAW[Basis(basis)]]
    if basis == Basis.PROTECT:
        found += [text for (where, whom), text in DUTIES.items() if where == nation and whom in about]
    return "; ".join(text for text in found if text)


def wrong_with(said: Lawful, *, is_thematic: bool) -> tuple[str, str] | None:
    """The answer that does not do and what to say of it; None when all is well."""
    if said.basis not in dict(bases(is_thematic=is_thematic)):
        return "sharing_basis", "Choose one of the reasons listed for sharing this."
    if said.consent not in dict(consents(is_thematic=is_thematic)):
        return "sharing_consent", "Choose one of the answers listed on consent."
    if said.consent == Consent.REFUSES and not said.consent_why.strip():
        return "sharing_why", "Say why it is shared although the person does not agree."
    return None
