"""Fields and widgets that Django lacks: dates in three boxes, choices with hints and reveals."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from django import forms

LONDON = ZoneInfo("Europe/London")
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


class _Choices:
    """What the design system adds to a list of choices."""

    def __init__(
        self,
        *args: Any,
        hints: Mapping[str, str] | None = None,
        reveals: Mapping[str, Sequence[str]] | None = None,
        inline: bool = False,
        small: bool = False,
        divide_before: str | None = None,
        **kwargs: Any,
    ) -> None:
        self.hints = dict(hints or {})
        self.reveals = {value: list(names) for value, names in (reveals or {}).items()}
        self.inline, self.small, self.divide_before = inline, small, divide_before
        super().__init__(*args, **kwargs)


class Radios(_Choices, forms.RadioSelect):
    """One of several, each with its hint; choosing one may reveal further questions."""


class Checkboxes(_Choices, forms.CheckboxSelectMultiple):
    """Any of several, each with its hint; ticking one may reveal further questions."""


class DateParts(forms.MultiWidget):
    """Day, month and year in three boxes."""

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__({part: forms.TextInput() for part in self.parts()}, attrs)

    @classmethod
    def parts(cls) -> tuple[str, ...]:
        """The names of the boxes, in order."""
        return ("day", "month", "year")

    def decompress(self, value: Any) -> list[str | None]:
        """Split a date into its boxes."""
        if isinstance(value, datetime):
            value = value.astimezone(LONDON) if value.tzinfo else value
        return [str(value.day), str(value.month), str(value.year)] if isinstance(value, date) else [None] * 3


class DateTimeParts(DateParts):
    """Day, month, year and the time of day in four boxes."""

    @classmethod
    def parts(cls) -> tuple[str, ...]:
        """The names of the boxes, in order."""
        return ("day", "month", "year", "time")

    def decompress(self, value: Any) -> list[str | None]:
        """Split a moment into its boxes, in London's time."""
        there = value.astimezone(LONDON) if isinstance(value, datetime) and value.tzinfo else value
        return [*super().decompress(value), f"{there:%H:%M}" if isinstance(there, datetime) else None]


class GovukDateField(forms.Field):
    """A calendar date typed as day, month, year; the month may be a word."""

    widget: Any = DateParts

    def __init__(self, *, called: str = "The date", **kwargs: Any) -> None:
        self.called = called
        super().__init__(**kwargs)

    def to_python(self, value: Any) -> Any:
        """The date that the three boxes say, None when all are empty."""
        if isinstance(value, date) or value is None:
            return value
        boxes = [str(box or "").strip() for box in value][: len(self.widget.parts())]
        if not any(boxes):
            return None
        names = [name for name, box in zip(self.widget.parts(), boxes, strict=False) if not box]
        if names:
            raise forms.ValidationError(f"{self.called} must include a {_and(names)}", code="+".join(names))
        return self._compose(*boxes)

    def _compose(self, *boxes: str) -> Any:
        return self._date(*boxes)

    def _date(self, day: str, month: str, year: str) -> date:
        number = _month(month)
        if len(year) != 4 or not _is_number(year):
            raise forms.ValidationError("The year must have 4 numbers, like 2026", code="year")
        if number is None:
            raise forms.ValidationError("The month must be a number from 1 to 12, or its name", code="month")
        try:
            return date(int(year), number, int(day) if _is_number(day) else 0)
        except ValueError as error:
            raise forms.ValidationError(f"{self.called} must be a real date, like 31 3 2026", code="day") from error


class GovukDateTimeField(GovukDateField):
    """A date and a time of day in London; cleaned to an aware datetime."""

    widget = DateTimeParts

    def __init__(self, *, called: str = "The date and time", **kwargs: Any) -> None:
        super().__init__(called=called, **kwargs)

    def _compose(self, *boxes: str) -> datetime:
        day, month, year, clock = boxes
        moment = datetime.combine(self._date(day, month, year), _time(clock), LONDON)
        if moment.astimezone(ZoneInfo("UTC")).astimezone(LONDON).time() != moment.time():
            raise forms.ValidationError(
                "There was no such time that night: the clocks went forward. Enter an hour later", code="time"
            )
        return moment


def _and(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= 4


def _month(text: str) -> int | None:
    if _is_number(text):
        return int(text) if 1 <= int(text) <= 12 else None
    start = text[:3].lower()
    return MONTHS.index(start) + 1 if start in MONTHS else None


def _time(text: str) -> time:
    """14:30, 14.30, 1430, 2:30pm, 2pm."""
    plain = text.lower().replace(" ", "").replace(".", ":")
    half, plain = plain[-2:], plain.removesuffix("am").removesuffix("pm")
    hour, _, minute = plain.partition(":") if ":" in plain else (plain[:-2] or plain, "", plain[-2:])
    if ":" not in plain and len(plain) <= 2:
        hour, minute = plain, "00" if half in ("am", "pm") else ""
    if not (_is_number(hour) and _is_number(minute) and len(minute) == 2):
        raise forms.ValidationError("Enter the time like 14:30", code="time")
    return _clock(int(hour), int(minute), half)


def _clock(hour: int, minute: int, half: str) -> time:
    if half in ("am", "pm"):
        if not 1 <= hour <= 12:
            raise forms.ValidationError("Enter the time like 14:30", code="time")
        hour = hour % 12 + (12 if half == "pm" else 0)
    if hour > 23 or minute > 59:
        raise forms.ValidationError("Enter the time like 14:30", code="time")
    return time(hour, minute)
