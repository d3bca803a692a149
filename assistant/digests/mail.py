"""The page as an e-mail, and its way to an SMTP server."""

from __future__ import annotations

import hashlib
import smtplib
import ssl
from collections.abc import Sequence
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr

from assistant.digests.html import to_mail_html
from assistant.digests.nouns import Page
from assistant.digests.plain import to_text
from assistant.digests.text import visible
from index.errors import InputError, SourceError
from index.settings import Settings

SECURITY = ("starttls", "tls", "none")
TIMEOUT = 30  # seconds


@dataclass(frozen=True, slots=True)
class Mailbox:
    """Where digests are sent from and to. `security` is "starttls", "tls" or "none" (only for this machine)."""

    host: str
    sender: str
    recipients: tuple[str, ...]
    port: int = 587
    security: str = "starttls"
    user: str = ""
    password: str = field(default="", repr=False)

    def __post_init__(self) -> None:
        """Raises InputError for a setting that cannot work, before anything is sent."""
        if not self.host or not self.sender or not self.recipients:
            raise InputError("To send a digest, set BRIEFING_SMTP_HOST, BRIEFING_SMTP_FROM and BRIEFING_SMTP_TO.")
        if self.security not in SECURITY:
            raise InputError(f"BRIEFING_SMTP_SECURITY is “{self.security}”; it must be one of: {', '.join(SECURITY)}.")
        for address in (self.sender, *self.recipients):
            if "@" not in parseaddr(address)[1] or any(c in address for c in "\r\n"):
                raise InputError(f"“{address}” is not an e-mail address.")


def mailbox_of(settings: Settings) -> Mailbox:
    """The mailbox that the settings describe. Raises InputError when they are incomplete."""
    return Mailbox(
        host=settings.smtp_host,
        port=settings.smtp_port,
        security=settings.smtp_security,
        user=settings.smtp_user,
        password=settings.smtp_password.get_secret_value(),
        sender=settings.smtp_from,
        recipients=tuple(address.strip() for address in settings.smtp_to.split(",") if address.strip()),
    )


def to_message(page: Page, sender: str = "", recipients: Sequence[str] = ()) -> EmailMessage:
    """A message with a plain-text and an HTML part. Its date is the end of the window, so it has the same bytes."""
    text = to_text(page)
    message = EmailMessage(policy=SMTP)
    message["Subject"] = f"Briefing: {visible(page.title)}"
    message["From"] = sender or "Briefing <briefing@localhost>"
    if recipients:
        message["To"] = ", ".join(recipients)
    message["Date"] = format_datetime(page.window.until)
    mark = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:24]
    message["Message-ID"] = f"<{mark}@briefing.localhost>"
    message.set_content(text, cte="quoted-printable")
    message.add_alternative(to_mail_html(page), subtype="html", cte="quoted-printable")
    message.set_boundary(f"=_{mark}")
    return message


def to_eml(page: Page) -> bytes:
    """The message as a file that mail programs open; the same page gives the same bytes."""
    return bytes(to_message(page))


def send(page: Page, mailbox: Mailbox) -> None:
    """Send the page. Raises SourceError with the server's own words when it is not accepted by every recipient."""
    message = to_message(page, mailbox.sender, mailbox.recipients)
    try:
        with _connected(mailbox) as server:
            if mailbox.user:
                server.login(mailbox.user, mailbox.password)
            refused = server.send_message(message)
    except (OSError, smtplib.SMTPException) as error:
        raise SourceError(
            f"The digest could not be sent through {mailbox.host}:{mailbox.port}: {_words(error)}. "
            "Check the BRIEFING_SMTP settings; nothing else was changed."
        ) from error
    if refused:
        raise SourceError(f"{mailbox.host} refused the digest for: {', '.join(sorted(refused))}.")


def _connected(mailbox: Mailbox) -> smtplib.SMTP:
    if mailbox.security == "tls":
        return smtplib.SMTP_SSL(mailbox.host, mailbox.port, timeout=TIMEOUT, context=ssl.create_default_context())
    server = smtplib.SMTP(mailbox.host, mailbox.port, timeout=TIMEOUT)
    if mailbox.security == "starttls":
        try:
            server.starttls(context=ssl.create_default_context())
        except BaseException:
            server.close()
            raise
    return server


def _words(error: BaseException) -> str:
    if isinstance(error, smtplib.SMTPResponseException):
        said = error.smtp_error
        words = said.decode("utf-8", "replace") if isinstance(said, bytes) else said
        return visible(f"{error.smtp_code} {words}").rstrip(".")
    return visible(str(error) or type(error).__name__).rstrip(".")
