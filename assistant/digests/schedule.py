"""A digest every morning: a systemd timer and a cron line, ready to copy. Nothing is installed."""

from __future__ import annotations

import datetime as dt
import re
import shlex
from collections.abc import Sequence

from index.errors import InputError

_TIME = re.compile(r"(\d{1,2}):(\d{2})")


def time_of_day(text: str) -> dt.time:
    """The time that "07:00" means. Raises InputError."""
    match = _TIME.fullmatch(text.strip())
    try:
        if match:
            return dt.time(int(match[1]), int(match[2]))
    except ValueError:
        pass
    raise InputError(f"“{text}” is not a time of day. Write it as 07:00.")


def schedule(at: dt.time, command: Sequence[str], timezone: str = "") -> str:
    """Two units for systemd and one line for cron that run `command` every day at this time."""
    line = shlex.join(command)
    zone = f" {timezone}" if timezone else ""
    cron_zone = f"CRON_TZ={timezone}\n" if timezone else ""
    return f"""\
# systemd: save the next two files, then run
#     systemctl --user daemon-reload && systemctl --user enable --now briefing-digest.timer

# ~/.config/systemd/user/briefing-digest.service
[Unit]
Description=The daily digest of Briefing

[Service]
Type=oneshot
ExecStart={_systemd(command)}

# ~/.config/systemd/user/briefing-digest.timer
[Unit]
Description=The daily digest of Briefing, every day at {at:%H:%M}

[Timer]
OnCalendar=*-*-* {at:%H:%M}:00{zone}
Persistent=true

[Install]
WantedBy=timers.target

# cron: add this with `crontab -e`
{cron_zone}{at.minute} {at.hour} * * * {line.replace("%", chr(92) + "%")}
"""


def _systemd(command: Sequence[str]) -> str:
    """Quoted as systemd reads it: % and $ have a meaning of their own there."""
    return " ".join(_quoted(part.replace("%", "%%").replace("$", "$$")) for part in command)


def _quoted(part: str) -> str:
    if re.fullmatch(r"[\w@%+=:,./$-]+", part):
        return part
    return '"' + part.replace("\\", "\\\\").replace('"', '\\"') + '"'
