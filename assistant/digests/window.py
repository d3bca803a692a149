"""Which articles a digest speaks of: a half-open window in the reader's time zone."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from zoneinfo import ZoneInfo

from assistant.digests.nouns import Window
from index.article import Article
from index.errors import InputError, NothingFound

_STEPS = {"today": 0, "yesterday": -1}
Moment = dt.date | dt.datetime | str | None


def zone_of(name: str | None) -> tuple[ZoneInfo, str]:
    """The time zone of an IANA name; UTC for none. Raises InputError for a name that does not exist."""
    label = (name or "UTC").strip()
    try:
        return ZoneInfo(label), label
    except (KeyError, ValueError, OSError) as error:
        raise InputError(f"There is no time zone “{label}”. Use an IANA name such as Europe/Berlin.") from error


def local_zone() -> str:
    """The IANA name of this machine's time zone; UTC when it cannot be told."""
    from tzlocal import get_localzone_name

    try:
        name: str = get_localzone_name()
        ZoneInfo(name)
    except (KeyError, ValueError, OSError, TypeError):
        return "UTC"
    return name


def moment(value: Moment, zone: ZoneInfo, what: str) -> dt.datetime | None:
    """An aware instant in the zone: a day means its first moment, a naive time is the zone's own; "today" and
    "yesterday" are read off the clock."""
    if isinstance(value, str) and value.lower() in _STEPS:
        value = dt.datetime.now(zone).date() + dt.timedelta(days=_STEPS[value.lower()])
    if isinstance(value, str):
        try:
            value = dt.date.fromisoformat(value) if len(value) == 10 else dt.datetime.fromisoformat(value)
        except ValueError as error:
            raise InputError(f"{what} “{value}” is not a date. Write it as 2024-10-30 or 2024-10-30T07:00.") from error
    if value is None:
        return None
    if not isinstance(value, dt.datetime):
        return dt.datetime.combine(value, dt.time(), zone)
    return value.replace(tzinfo=zone) if value.tzinfo is None else value.astimezone(zone)


def window_of(
    date: Moment = None, since: Moment = None, until: Moment = None, timezone: str | None = None
) -> Window | None:
    """The window that the arguments ask for; None when they ask for "the newest day".

    A day is [midnight, midnight). `since` alone is followed by one day; `until` alone is preceded by one.
    Raises InputError when they contradict each other.
    """
    zone, label = zone_of(timezone)
    if date is not None and (since is not None or until is not None):
        raise InputError("Give either one date, or since and until, not both.")
    if date is not None:
        first = moment(date, zone, "The date")
        assert first is not None  # noqa: S101
        return _days(first.date(), 1, zone, label)
    first, last = moment(since, zone, "since"), moment(until, zone, "until")
    if first is None and last is None:
        return None
    first = first or _step(last, -1)
    last = last or _step(first, 1)
    if not first < last:
        raise InputError(
            f"The window is empty: since ({first:%Y-%m-%d %H:%M}) must lie before until ({last:%Y-%m-%d %H:%M})."
        )
    return Window(first, last, label)


def newest_day(articles: Sequence[Article], timezone: str | None = None) -> Window:
    """The newest calendar day of the zone that has an article. Raises NothingFound when none carries a date."""
    zone, label = zone_of(timezone)
    instants = [instant for article in articles if (instant := instant_of(article, zone))]
    if not instants:
        raise NothingFound(
            f"No article carries a date ({len(articles)} without one), so there is no day to make a digest of."
        )
    return _days(max(instants).date(), 1, zone, label)


def instant_of(article: Article, zone: ZoneInfo) -> dt.datetime | None:
    """When it was published, in the zone; the first moment of its day when only the day is known."""
    if article.published is not None:
        return article.published.astimezone(zone)
    return dt.datetime.combine(article.date, dt.time(), zone) if article.date else None


def within(articles: Sequence[Article], window: Window) -> list[Article]:
    """The articles of the window, in a fixed order (by id). Two neighbouring windows never share an article."""
    zone = ZoneInfo(window.timezone)
    instants = ((article, instant_of(article, zone)) for article in articles)
    inside = [article for article, instant in instants if instant and window.since <= instant < window.until]
    return sorted(inside, key=lambda article: article.id)


def _days(day: dt.date, count: int, zone: ZoneInfo, label: str) -> Window:
    since = dt.datetime.combine(day, dt.time(), zone)
    return Window(since, dt.datetime.combine(day + dt.timedelta(days=count), dt.time(), zone), label)


def _step(instant: dt.datetime | None, days: int) -> dt.datetime:
    assert instant is not None  # noqa: S101
    return instant + dt.timedelta(days=days)  # wall clock, so that a day with a time change is still one day
