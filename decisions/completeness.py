"""What a decision record must hold to be defensible: seven elements, and which of them are missing (A-01 to A-07)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date


@dataclass(frozen=True)
class OptionText:
    """One option that was weighed."""

    option: str
    likely_outcome: str = ""
    risks: str = ""
    is_chosen: bool = False
    why: str = ""


@dataclass(frozen=True)
class ConsultedText:
    """Somebody who was consulted, when, and what they thought."""

    who: str
    on: date
    view: str


@dataclass(frozen=True)
class Content:
    """Everything somebody writes in a decision record."""

    decision: str
    evidence: str = ""
    not_known: str = ""
    sources_tested: str = ""
    analysis: str = ""
    rationale: str = ""
    policy_and_law: str = ""
    plain_summary: str = ""
    settles: bool = False
    options: tuple[OptionText, ...] = field(default=())
    consulted: tuple[ConsultedText, ...] = field(default=())


@dataclass(frozen=True)
class Element:
    """One of the seven: its name, where it comes from, and what is still missing of it."""

    label: str
    source: str
    missing: str

    @property
    def is_done(self) -> bool:
        """Whether nothing is missing."""
        return not self.missing


LEAST_OPTIONS = 2


def _evidence(content: Content) -> str:
    if not content.evidence.strip():
        return "say which evidence it rests on"
    return "" if content.not_known.strip() else "say what was looked for and not known at the time"


def _sources(content: Content) -> str:
    return "" if content.sources_tested.strip() else "say how the sources were tested"


def _analysis(content: Content) -> str:
    return "" if content.analysis.strip() else "say what the facts mean, apart from the facts themselves"


def _options(content: Content) -> str:
    if len(content.options) < LEAST_OPTIONS:
        return f"weigh at least two options (there {_number(len(content.options))})"
    chosen = sum(option.is_chosen for option in content.options)
    return "" if chosen == 1 else f"mark the one option that was chosen (now {chosen} are)"


def _number(count: int) -> str:
    return "is one" if count == 1 else "is none"


def _rationale(content: Content) -> str:
    if not content.rationale.strip():
        return "give the reasons for the decision"
    return "" if content.consulted else "say who was consulted, for example a manager, and what they thought"


def _policy(content: Content) -> str:
    return "" if content.policy_and_law.strip() else "name the policy and the law it follows"


def _plain(content: Content) -> str:
    return "" if content.plain_summary.strip() else "write the summary for the person it is about"


_ELEMENTS: tuple[tuple[str, str, Callable[[Content], str]], ...] = (
    ("Evidence and what was not known", "A-01", _evidence),
    ("Sources tested with curiosity", "A-02", _sources),
    ("Analysis", "A-03", _analysis),
    ("Options weighed", "A-04", _options),
    ("Reasons and who was consulted", "A-05", _rationale),
    ("Policy and law", "A-06", _policy),
    ("Summary that the person can follow", "A-07", _plain),
)


def elements_of(content: Content) -> tuple[Element, ...]:
    """The seven elements in their order, each with what is missing of it."""
    return tuple(Element(label, source, missing(content)) for label, source, missing in _ELEMENTS)


def missing_in_words(content: Content) -> str:
    """'6 of 7. Missing: Analysis (say what …).'; empty when nothing is missing."""
    elements = elements_of(content)
    missing = [element for element in elements if not element.is_done]
    if not missing:
        return ""
    names = "; ".join(f"{element.label} ({element.missing})" for element in missing)
    return f"{len(elements) - len(missing)} of {len(elements)} elements are there. Missing: {names}."
