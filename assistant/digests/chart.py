"""The small picture: articles by hour, day or publisher as a bar chart in SVG, and the same in words."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Sequence
from xml.sax.saxutils import escape
from zoneinfo import ZoneInfo

from assistant.digests.nouns import Bar, Window
from assistant.digests.text import visible
from assistant.digests.window import instant_of
from index.article import Article

FEWEST = 4  # articles; below that a picture says nothing
MOST_BARS = 31
WIDTH, HEIGHT, BASE = 120.0, 40.0, 27.0  # points; labels stand below the base
FONT_SIZE = 8.5


def bars_of(articles: Sequence[Article], window: Window) -> tuple[Bar, ...]:
    """By hour for one day whose hours are known, by day for several; empty where it would show nothing."""
    zone = ZoneInfo(window.timezone)
    if len(articles) < FEWEST:
        return ()
    if window.is_one_day:
        hours = Counter(a.published.astimezone(zone).hour for a in articles if a.published)
        if len(hours) < 2 or hours.total() < len(articles) / 2:
            return ()
        return tuple(Bar(f"{hour:02d}:00", hours[hour]) for hour in range(24))
    count = (window.last_day - window.since.date()).days + 1
    if count > MOST_BARS:
        return ()
    days = Counter(instant.date() for a in articles if (instant := instant_of(a, zone)))
    all_days = [window.since.date() + dt.timedelta(days=n) for n in range(count)]
    return tuple(Bar(f"{day:%-d %b}", days[day]) for day in all_days) if len(days) > 1 else ()


def chart_text(bars: Sequence[Bar]) -> str:
    """What the picture shows, in words, for those who do not see it."""
    if not bars:
        return ""
    shown = ", ".join(f"{visible(bar.label)}: {bar.count}" for bar in bars if bar.count)
    return f"Articles by {'hour' if ':' in bars[0].label else 'day'}. {shown}."


def chart_svg(bars: Sequence[Bar]) -> str:
    """The bars with a label at both ends and at the highest; empty for no bars."""
    if not bars:
        return ""
    step = WIDTH / len(bars)
    highest = max(range(len(bars)), key=lambda n: (bars[n].count, -n))
    shapes = [_bar(n, bar, step, bars[highest].count) for n, bar in enumerate(bars)]
    labels = [
        _label(0.0, HEIGHT - 4, "start", bars[0].label),
        _label(WIDTH, HEIGHT - 4, "end", bars[-1].label),
        _label(min(max((highest + 0.5) * step, 6), WIDTH - 6), 7.5, "middle", str(bars[highest].count)),
    ]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH:.0f}pt" height="{HEIGHT:.0f}pt" '
        f'viewBox="0 0 {WIDTH:.0f} {HEIGHT:.0f}" role="img"><title>{escape(chart_text(bars))}</title>'
        f'<path d="M0 {BASE + 0.5}H{WIDTH:.0f}" stroke="#8a8a93" stroke-width="0.5"/>{"".join(shapes + labels)}</svg>'
    )


def _bar(place: int, bar: Bar, step: float, highest: int) -> str:
    height = (BASE - 10.0) * bar.count / max(highest, 1)
    left = place * step + step * 0.12
    return (
        f'<rect x="{left:.2f}" y="{BASE - height:.2f}" width="{step * 0.76:.2f}" height="{height:.2f}" fill="#8c1d2f"/>'
    )


def _label(x: float, y: float, anchor: str, text: str) -> str:
    return (
        f'<text x="{x:.2f}" y="{y:.2f}" text-anchor="{anchor}" font-family="Noto Sans, sans-serif" '
        f'font-size="{FONT_SIZE}" fill="#55555e">{escape(visible(text))}</text>'
    )
