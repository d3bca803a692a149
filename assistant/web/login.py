"""The optional login: one name and password (BRIEFING_AUTH), a page of our own, a signed cookie; no state is kept."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import time
from collections.abc import Callable
from importlib.resources import files

from index.errors import InputError

COOKIE = "briefing-session"
DAYS = 14 * 86_400  # seconds that a login lasts
OPEN = {"/login", "/healthz", "/favicon.ico", "/robots.txt"}
TRIES, WITHIN = 10, 60.0  # so many wrong passwords in so many seconds, then nobody is let in for a while


class Login:
    """Compares hashes in constant time, signs and reads session cookies. Cookies of another password do not hold."""

    def __init__(self, user: str, password: str, clock: Callable[[], float] = time.time) -> None:
        self._salt = hashlib.sha256(b"briefing:" + user.encode()).digest()
        self._hash = self._hashed(user, password)
        self._key = hashlib.sha256(b"cookie:" + self._hash).digest()
        self._clock = clock
        self._wrong: list[float] = []

    @classmethod
    def of(cls, setting: str) -> Login | None:
        """The login of "user:password"; None when the setting is empty. Raises InputError."""
        if not setting:
            return None
        user, colon, password = setting.partition(":")
        if not (user and colon and password):
            raise InputError("The setting BRIEFING_AUTH is wrong. Write it as user:password.")
        return cls(user, password)

    def holds(self, user: str, password: str) -> bool:
        """Whether these are the name and the password; False for a while after too many wrong ones."""
        now = self._clock()
        self._wrong = [moment for moment in self._wrong if now - moment < WITHIN]
        if len(self._wrong) >= TRIES:
            return False
        right = hmac.compare_digest(self._hashed(user, password), self._hash)
        if not right:
            self._wrong.append(now)
        return right

    def cookie(self) -> str:
        """A session cookie's value: until when, and a signature."""
        until = str(int(self._clock()) + DAYS)
        return f"{until}.{self._signed(until)}"

    def knows(self, cookie: str) -> bool:
        """Whether the cookie is one of ours and still holds."""
        until, _, signature = cookie.partition(".")
        if not (until.isascii() and until.isdigit() and hmac.compare_digest(self._signed(until), signature)):
            return False
        return int(until) > self._clock()

    def admits(self, authorization: str) -> bool:
        """Whether an Authorization header (Basic) carries the name and the password; for programs."""
        kind, _, encoded = authorization.partition(" ")
        if kind.lower() != "basic":
            return False
        try:
            user, _, password = base64.b64decode(encoded, validate=True).decode("utf-8").partition(":")
        except (binascii.Error, UnicodeDecodeError):
            return False
        return self.holds(user, password)

    def _hashed(self, user: str, password: str) -> bytes:
        """Slow enough to make guessing dear, quick enough for each call of a program (about 30 ms)."""
        return hashlib.scrypt(f"{user}\0{password}".encode(), salt=self._salt, n=2**14, r=8, p=1)

    def _signed(self, until: str) -> str:
        return hmac.new(self._key, until.encode(), hashlib.sha256).hexdigest()


def login_page(message: str = "") -> str:
    """The page that asks for name and password; no script."""
    page = files("assistant.web").joinpath("static/login.html").read_text(encoding="utf-8")
    return page.replace("<!-- message -->", f'<p role="alert">{message}</p>' if message else "")
