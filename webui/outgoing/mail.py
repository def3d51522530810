"""Messages to people: mail by SMTP, with the same Message-ID for every try."""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime
from urllib.parse import SplitResult, unquote, urlsplit

from webui.answers import plain
from webui.errors import NotDelivered
from webui.outgoing.channel import PATIENCE_SECONDS, Letter

PERMANENT = 500


@dataclass(frozen=True, slots=True)
class Mail:
    """One SMTP server: `smtps://` speaks TLS from the start; `smtp://` changes to TLS before a password is said."""

    server: str
    sender: str
    patience: float = PATIENCE_SECONDS

    def deliver(self, letter: Letter, now: datetime) -> None:
        if "@" not in (letter.recipient or ""):
            raise NotDelivered(f"{letter.recipient!r} is no mail address.", final=True)
        try:
            with self._connected() as smtp:
                smtp.send_message(self.written(letter, now))
        except smtplib.SMTPRecipientsRefused as error:
            code, said = next(iter(error.recipients.values()))
            raise NotDelivered(
                f"{letter.recipient} was refused: {code} {_text(said)}", final=code >= PERMANENT
            ) from error
        except (smtplib.SMTPException, OSError) as error:
            raise NotDelivered(f"The mail server did not take it: {error}") from error

    @contextmanager
    def _connected(self) -> Iterator[smtplib.SMTP]:
        to = urlsplit(self.server)
        with _opened(to, self.patience) as smtp:
            if to.username is not None:
                if to.scheme == "smtp":
                    smtp.starttls(context=ssl.create_default_context())
                smtp.login(unquote(to.username), unquote(to.password or ""))
            yield smtp

    def written(self, letter: Letter, now: datetime) -> EmailMessage:
        """`subject` and `text` of the payload where it has them; else its name, and a line for each value."""
        mail = EmailMessage()
        mail["From"], mail["To"] = self.sender, letter.recipient
        mail["Subject"] = str(letter.payload.get("subject") or letter.name)
        mail["Date"] = format_datetime(now)
        mail["Message-ID"] = f"<{letter.key}@{self.sender.partition('@')[2]}>"
        lines = [f"{name}: {plain(value)}" for name, value in letter.payload.items()]
        mail.set_content(str(letter.payload.get("text") or "\n".join(lines)))
        return mail


def _opened(to: SplitResult, patience: float) -> smtplib.SMTP:
    host = to.hostname or ""
    if to.scheme == "smtps":
        return smtplib.SMTP_SSL(host, to.port or 465, timeout=patience, context=ssl.create_default_context())
    return smtplib.SMTP(host, to.port or 25, timeout=patience)


def _text(said: bytes | str) -> str:
    return said.decode(errors="replace") if isinstance(said, bytes) else said
