"""Dates as people say them, in the time of the United Kingdom."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django import template

register = template.Library()

LONDON = ZoneInfo("Europe/London")
END_OF_DAY = (23, 59)


def local(when: date | datetime) -> date | datetime:
    """The moment in London; a plain date stays as it is."""
    return when.astimezone(LONDON) if isinstance(when, datetime) else when


def local_date(when: date | datetime) -> date:
    """The calendar day in London on which the moment falls."""
    there = local(when)
    return there.date() if isinstance(there, datetime) else there


@register.filter
def day_month(when: date | datetime | None) -> str:
    """Fri 10 April."""
    if not when:
        return ""
    there = local(when)
    return f"{there:%a} {there.day} {there:%B}"


@register.filter
def long_date(when: date | datetime | None) -> str:
    """Fri 10 April 2026."""
    return f"{day_month(when)} {local(when).year}" if when else ""


@register.filter
def clock_time(when: datetime | None) -> str:
    """14:30."""
    return f"{local(when):%H:%M}" if when else ""


@register.filter
def date_and_time(when: datetime | None) -> str:
    """Fri 10 April 2026 at 14:30."""
    return f"{long_date(when)} at {clock_time(when)}" if when else ""


def due_words(due: date | datetime, now: datetime | None = None) -> str:
    """Fri 10 April, end of day; or the hour where the limit has one; with the year when it is not this one."""
    there = local(due)
    day = day_month(due) if now is None or local(now).year == there.year else long_date(due)
    if not isinstance(there, datetime) or (there.hour, there.minute) == END_OF_DAY:
        return f"{day}, end of day"
    return f"{day}, {there:%H:%M}"


@register.filter(name="by_when")
def _by_when_filter(due: date | datetime | None) -> str:
    return by_when(due)


@register.simple_tag
def by_when(due: date | datetime | None, now: datetime | None = None) -> str:
    """By Fri 10 April, end of day; by Fri 10 April, 14:30."""
    return f"by {due_words(due, now)}" if due else ""


def _counted(number: int, unit: str) -> str:
    return f"{number} {unit}" if number == 1 else f"{number} {unit}s"


def _hours_and_minutes(past: timedelta) -> str:
    minutes = int(past.total_seconds() // 60)
    if minutes < 1:
        return "just now"
    if minutes < 60:
        return f"{_counted(minutes, 'minute')} ago"
    return f"{_counted(minutes // 60, 'hour')} ago"


@register.simple_tag
def ago(then: datetime | None, now: datetime) -> str:
    """Just now, 5 minutes ago, 3 hours ago, yesterday, 4 days ago; after four weeks the date."""
    if then is None:
        return ""
    if then > now:
        return date_and_time(then)
    days = (local_date(now) - local_date(then)).days
    if days == 0 or now - then < timedelta(hours=12):
        return _hours_and_minutes(now - then)
    if days == 1:
        return "yesterday"
    return f"{days} days ago" if days <= 28 else long_date(then)


@register.simple_tag
def days_left(due: date | datetime | None, now: datetime) -> str:
    """2 days left, 1 day left, due today, 3 days overdue; within the last hours the hours."""
    if due is None:
        return ""
    days = (local_date(due) - local_date(now)).days
    if isinstance(due, datetime) and due < now:
        return f"{_counted(-days, 'day')} overdue" if days < 0 else "overdue since today"
    if days == 0:
        return "due today"
    return f"{_counted(days, 'day')} left" if days > 0 else f"{_counted(-days, 'day')} overdue"
