"""What in a text could lead back to somebody: known names, addresses and references, and what looks like one."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache

MONTHS = (
    "jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?"
    "|dec(?:ember)?"
)
PATTERNS = {
    "an e-mail address": r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+",
    "a postcode": r"(?<!\w)[A-Za-z]{1,2}\d[A-Za-z\d]?\s?\d[A-Za-z]{2}(?!\w)",
    "a reference": r"(?<!\w)[A-Za-z]{2,6}-(?:[A-Za-z]-)?\d{4}-\d{4,8}(?!\w)",
    "a day": (
        rf"(?<!\w)(?:\d{{1,2}}(?:st|nd|rd|th)?\s+(?:of\s+)?(?:{MONTHS})|(?:{MONTHS})\s+\d{{1,2}}(?:st|nd|rd|th)?)"
        r"(?:,?\s+\d{4})?(?!\w)"
        r"|(?<!\d)\d{1,2}[./-]\d{1,2}[./-]\d{2,4}(?!\d)|(?<!\d)\d{4}-\d{2}-\d{2}(?!\d)"
    ),
    "a long number": r"(?<!\d)\+?\d(?:[\s()-]?\d){5,}(?!\d)",
}
TITLES = {"mr", "mrs", "ms", "miss", "mx", "dr", "prof", "sir", "revd", "rev"}
# Words that are also names: they count only when they are written with a capital.
ORDINARY = frozenset(
    "will mark may grace hope rose joy faith june april august frank grant young white brown green black gray long short hill "
    "wood woods day best price page park bell king cook baker carter ward field fields stone lane love bird fox wise west "
    "north law read reed rich art bill bob pat sue dean earl ray rob chase an the and of no do so he ma la le van de den el "
    "council health police housing care trust hospital service services adult adults children board community".split()
)
_PLAIN = dict.fromkeys("‘’ʼ`´", "'") | dict.fromkeys("‐‑‒–—", "-") | dict(zip("ŁłØøĐđ", "LlOoDd", strict=True))


@dataclass(frozen=True)
class Known:
    """Words that belong to somebody, and what they are."""

    words: str
    what: str


@dataclass(frozen=True)
class Match:
    """A place in a text that could lead back to somebody."""

    start: int
    end: int
    words: str
    what: str


def plain(text: str) -> str:
    """The text as it is kept: composed, and without characters that nobody sees."""
    composed = unicodedata.normalize("NFKC", text)
    return "".join(sign for sign in composed if unicodedata.category(sign) != "Cf")


def found_in(text: str, known: Iterable[Known]) -> list[Match]:
    """Every such place, in order, none within another."""
    folded = _folded(text)
    matches = [
        Match(match.start(), match.end(), text[match.start() : match.end()], one.what)
        for one in known
        for match in _expression(one.words).finditer(folded)
    ]
    for what, pattern in PATTERNS.items():
        matches += [Match(match.start(), match.end(), match[0], what) for match in re.finditer(pattern, folded, re.IGNORECASE)]
    return list(_apart(sorted(matches, key=lambda match: (match.start, -match.end))))


def marked(text: str, matches: Iterable[Match]) -> list[tuple[str, str]]:
    """The text in pieces, each with what it could give away, empty where nothing."""
    pieces, at = [], 0
    for match in matches:
        pieces += [(text[at : match.start], ""), (text[match.start : match.end], match.what)]
        at = match.end
    return [piece for piece in [*pieces, (text[at:], "")] if piece[0]]


def of_name(name: str, what: str) -> list[Known]:
    """A whole name, each part of it, and its initials with full stops."""
    parts = [part for part in re.split(r"[\s,]+", name.strip()) if part.strip(".").casefold() not in TITLES]
    initials = [Known(".".join(part[0] for part in parts) + ".", what)] if len(parts) > 1 else []
    pieces = [piece for part in parts for piece in {part, *part.split("-")} if len(piece.strip(".")) > 1]
    return [Known(" ".join(parts), what), *(Known(piece, what) for piece in pieces), *initials] if parts else []


def of_address(address: str, what: str) -> list[Known]:
    """Each line of an address, and a street also without its number."""
    lines = [line.strip() for line in re.split(r"[\n,;]+", address) if len(line.strip()) > 2]
    streets = [re.sub(r"^(?:flat\s+)?\d+\w?\s+", "", line, flags=re.IGNORECASE) for line in lines]
    return [Known(line, what) for line in dict.fromkeys([*lines, *(street for street in streets if " " in street)])]


def _apart(matches: Iterable[Match]) -> Iterator[Match]:
    end = 0
    for match in matches:
        if match.start >= end:
            yield match
            end = match.end


def _folded(text: str) -> str:
    """The text without accents and with plain quotation marks, as long as before."""
    return "".join(_base(sign) for sign in text)


@cache
def _base(sign: str) -> str:
    if sign in _PLAIN:
        return _PLAIN[sign]
    first = unicodedata.normalize("NFKD", sign)[:1]
    return first if first and not unicodedata.combining(first) else sign


@cache
def _expression(words: str) -> re.Pattern[str]:
    pieces = [re.escape(piece) for piece in re.split(r"[\s,-]+", _folded(words)) if piece]
    if not pieces:
        return re.compile(r"(?!)")
    is_ordinary = len(pieces) == 1 and words.casefold() in ORDINARY
    shape = r"[\s,-]+".join(pieces)
    if is_ordinary:
        return re.compile(rf"(?<!\w)(?:{re.escape(words.capitalize())}|{re.escape(words.upper())})(?!\w)")
    return re.compile(rf"(?<!\w){shape}(?!\w)", re.IGNORECASE)
