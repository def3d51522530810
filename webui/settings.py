"""Everything that an operator can set: one table, read once at the start."""

from __future__ import annotations

import os
import re
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import sqlalchemy as sa
from sqlalchemy.exc import ArgumentError

from webui.errors import WrongSetting

LANGUAGES = ("zh", "en")
KNOWN_ELSEWHERE = ("QIANGJI_SHARED",)  # the tests' corpora


@dataclass(frozen=True, slots=True)
class Setting:
    """One environment variable: `read` turns its text into a value or raises ValueError with what is wanted."""

    name: str
    field: str
    default: str
    read: Callable[[str], object]
    help: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    home: Path
    database_url: str
    host: str
    port: int
    zone: ZoneInfo
    language: str
    threads: int
    clock: bool
    https: bool
    proxies: int
    mail: str
    mail_from: str
    webhooks: Mapping[str, str]
    webhook_key: str
    mining_engine: str
    seal_seconds: int
    ledger_key: Path | None
    archive_months: int
    keep_months: int

    @property
    def lock_folder(self) -> Path:
        return self.home / "locks"


def _folder(text: str) -> Path:
    return Path(text).expanduser().absolute()


def _whole(low: int, high: int) -> Callable[[str], int]:
    def read(text: str) -> int:
        if not text.strip().isdecimal() or not low <= int(text) <= high:
            raise ValueError(f"a whole number from {low} to {high} is wanted")
        return int(text)

    return read


def _yes_no(text: str) -> bool:
    if text not in ("yes", "no"):
        raise ValueError("only yes or no can be chosen")
    return text == "yes"


def _zone(text: str) -> ZoneInfo:
    try:
        return ZoneInfo(text)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ValueError("the name of a time zone such as Asia/Shanghai is wanted") from error


def _language(text: str) -> str:
    if text not in LANGUAGES:
        raise ValueError(f"only {' or '.join(LANGUAGES)} can be chosen")
    return text


def _database(text: str) -> str:
    if not text:
        return ""
    try:
        url = sa.make_url(text)
    except ArgumentError as error:
        raise ValueError("an address such as postgresql+psycopg://user:password@host/name is wanted") from error
    if url.get_backend_name() not in ("sqlite", "postgresql"):
        raise ValueError("only SQLite and PostgreSQL are supported")
    if url.drivername == "postgresql":
        url = url.set(drivername="postgresql+psycopg")
    return url.render_as_string(hide_password=False)


def _host(text: str) -> str:
    if not text.strip() or any(c.isspace() or c in "/[]" for c in text):
        raise ValueError("an address or name of this machine without port is wanted")
    return text


def _mail_server(text: str) -> str:
    parts = urlsplit(text)
    if text and (parts.scheme not in ("smtp", "smtps") or not parts.hostname):
        raise ValueError("an address such as smtp://user:password@host:587 or smtps://host is wanted")
    return text


def _mail_address(text: str) -> str:
    if text and not re.fullmatch(r"[^@\s]+@[^@\s]+", text):
        raise ValueError("an address such as office@example.org is wanted")
    return text


def _webhooks(text: str) -> Mapping[str, str]:
    found = {}
    for pair in text.split():
        channel, _, address = pair.partition("=")
        if not channel or urlsplit(address).scheme not in ("http", "https") or not urlsplit(address).hostname:
            raise ValueError("pairs such as treasury=https://host/path, separated by blanks, are wanted")
        found[channel] = address
    return found


def _engine(text: str) -> str:
    if text != "duckdb" and not text.startswith(("spark://", "local", "yarn", "k8s://")):
        raise ValueError("duckdb, or a Spark master such as spark://host:7077 is wanted")
    return text


def _file(text: str) -> Path | None:
    return _folder(text) if text else None


def _secret(text: str) -> str:
    if text and len(text) < 16:
        raise ValueError("at least 16 characters are wanted")
    return text


SETTINGS: tuple[Setting, ...] = (
    Setting("QIANGJI_HOME", "home", "~/.qiangji", _folder, "The one folder that holds all that the product stores."),
    Setting(
        "QIANGJI_DATABASE_URL", "database_url", "", _database, "The database; empty: an SQLite file in QIANGJI_HOME."
    ),
    Setting("QIANGJI_HOST", "host", "127.0.0.1", _host, "The address that the web server listens on."),
    Setting("QIANGJI_PORT", "port", "8000", _whole(1, 65535), "The port that the web server listens on."),
    Setting("QIANGJI_ZONE", "zone", "Asia/Shanghai", _zone, "The time zone that times are shown in."),
    Setting("QIANGJI_LANGUAGE", "language", "zh", _language, "The language before an officer chooses one: zh or en."),
    Setting("QIANGJI_THREADS", "threads", "8", _whole(1, 64), "How many requests the web server works on at a time."),
    Setting("QIANGJI_CLOCK", "clock", "yes", _yes_no, "Whether this process fires due timers: yes or no."),
    Setting("QIANGJI_HTTPS", "https", "no", _yes_no, "Whether browsers reach the pages over HTTPS: yes or no."),
    Setting("QIANGJI_PROXIES", "proxies", "0", _whole(0, 5), "How many reverse proxies stand in front."),
    Setting("QIANGJI_MAIL", "mail", "", _mail_server, "The SMTP server for the channel mail; empty: no mail is sent."),
    Setting("QIANGJI_MAIL_FROM", "mail_from", "", _mail_address, "The sender of mail."),
    Setting("QIANGJI_WEBHOOKS", "webhooks", "", _webhooks, "Channels and the addresses that get their messages."),
    Setting("QIANGJI_WEBHOOK_KEY", "webhook_key", "", _secret, "The secret that signs what webhooks get."),
    Setting("QIANGJI_MINING_ENGINE", "mining_engine", "duckdb", _engine, "What analyses run on: duckdb or Spark."),
    Setting("QIANGJI_SEAL_SECONDS", "seal_seconds", "60", _whole(1, 86400), "How often recorded events are sealed."),
    Setting("QIANGJI_LEDGER_KEY", "ledger_key", "", _file, "The key that seals; empty: keys/seals in QIANGJI_HOME."),
    Setting("QIANGJI_ARCHIVE_MONTHS", "archive_months", "24", _whole(0, 1200), "Events are archived after; 0: never."),
    Setting(
        "QIANGJI_KEEP_MONTHS", "keep_months", "0", _whole(0, 1200), "The warehouse gives events up after; 0: never."
    ),
)


def read_settings(environ: Mapping[str, str] = os.environ) -> Settings:
    """The settings of that environment; raises WrongSetting on the first value that cannot be meant."""
    _refuse_misspelt(environ)
    values = {setting.field: _value(setting, environ) for setting in SETTINGS}
    values["database_url"] = values["database_url"] or f"sqlite:///{values['home']}/qiangji.sqlite"
    settings = Settings(**values)  # type: ignore[arg-type]
    _refuse_half_a_channel(settings)
    return settings


def _refuse_half_a_channel(settings: Settings) -> None:
    if settings.mail and not settings.mail_from:
        raise WrongSetting("QIANGJI_MAIL_FROM", "", "mail needs a sender, since QIANGJI_MAIL names a server")
    if settings.webhooks and not settings.webhook_key:
        raise WrongSetting("QIANGJI_WEBHOOK_KEY", "", "webhooks need a secret of at least 16 characters to sign with")


def _value(setting: Setting, environ: Mapping[str, str]) -> object:
    text = environ.get(setting.name) or setting.default
    try:
        return setting.read(text)
    except ValueError as error:
        raise WrongSetting(setting.name, text, str(error)) from error


def _refuse_misspelt(environ: Mapping[str, str]) -> None:
    known = [setting.name for setting in SETTINGS]
    for name in environ:
        if not name.startswith("QIANGJI_") or name in known or name in KNOWN_ELSEWHERE:
            continue
        if meant := get_close_matches(name, known, n=1, cutoff=0.8):
            raise WrongSetting(name, environ[name], f"there is no such setting; {meant[0]} may be meant")


def prepare_home(settings: Settings) -> None:
    """The home folder with its sub-folders, readable by its owner alone."""
    try:
        settings.home.mkdir(parents=True, exist_ok=True, mode=0o700)
        settings.lock_folder.mkdir(exist_ok=True, mode=0o700)
    except OSError as error:
        wanted = f"a folder that this account may write is wanted ({error.strerror})"
        raise WrongSetting("QIANGJI_HOME", str(settings.home), wanted) from error


def secret_key(settings: Settings) -> bytes:
    """The key that signs cookies: made once, kept in the home folder, readable by its owner alone."""
    prepare_home(settings)
    path = settings.home / "secret_key"
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_bytes()
    with os.fdopen(descriptor, "wb") as file:
        file.write(secrets.token_bytes(32))
    return path.read_bytes()
