"""Settings, read from the environment. docs/operating.md has one table of them; a test holds it complete.

`Settings.read(environ)` returns the values; `Settings.refuse_unsafe()` says, in one sentence each, what a production
start must not do. Nothing else in the project reads os.environ.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from ipaddress import ip_network
from pathlib import Path
from urllib.parse import urlsplit

LOOPBACK = {"localhost", "127.0.0.1", "::1"}


class UnsafeSettings(Exception):
    """The product refuses to start with these settings; `str()` is a sentence for the operator."""


def _number(environ: Mapping[str, str], name: str, default: int) -> int:
    raw = environ.get(name, "").strip()
    if not raw:
        return default
    try:
        value = int(raw)
    except ValueError:
        value = -1
    if value < 0:
        raise UnsafeSettings(f"{name} is {raw!r}: it must be a whole number, 0 or more.")
    return value


@dataclass
class Settings:
    """One field a setting; `env` in its metadata names the environment variable."""

    environment: str = field(default="development", metadata={"env": "IDEABOARD_ENV"})
    database_url: str = field(default="", metadata={"env": "DATABASE_URL"})
    secret_key: str = field(default="", repr=False, metadata={"env": "SECRET_KEY"})
    public_url: str = field(default="http://127.0.0.1:8000", metadata={"env": "PUBLIC_URL"})
    smtp_url: str = field(default="", repr=False, metadata={"env": "SMTP_URL"})
    mail_from: str = field(default="", metadata={"env": "MAIL_FROM"})
    # Where returned mail lands: imaps://user:password@host/INBOX or maildir:///path; read every five minutes.
    returned_mail_url: str = field(default="", repr=False, metadata={"env": "RETURNED_MAIL_URL"})
    # The bearer with which POST /mail/returned is taken; empty: that address is not there.
    returned_mail_token: str = field(default="", repr=False, metadata={"env": "RETURNED_MAIL_TOKEN"})
    # The bearer with which /metrics is read; empty: this machine alone reads it.
    metrics_token: str = field(default="", repr=False, metadata={"env": "METRICS_TOKEN"})
    data_dir: Path = field(default=Path("instance"), metadata={"env": "DATA_DIR"})
    # How many proxies in front may be believed about the visitor's address; 0: X-Forwarded-* is ignored.
    trusted_proxies: int = field(default=0, metadata={"env": "TRUSTED_PROXIES"})
    # News of a person within this window is one mail (PRODUCT: fifteen minutes, ten seconds in the demo).
    bundle_seconds: int = field(default=900, metadata={"env": "BUNDLE_SECONDS"})
    # How long a writer of the web waits for the lock before 503; reading never waits for writers.
    write_wait_ms: int = field(default=250, metadata={"env": "WRITE_WAIT_MS"})
    # Memory, in MiB, that each web process may fill with guests' pages to hand out again while nothing changed; 0: none.
    kept_pages_mb: int = field(default=32, metadata={"env": "KEPT_PAGES_MB"})
    # Targets of webhooks that are not public and are called all the same: host:port or networks, by commas.
    outbound_allow: str = field(default="", metadata={"env": "OUTBOUND_ALLOW"})
    # Multiplies every budget (sign-in, codes, votes, …); for load tests, never for a public site.
    budget_factor: int = field(default=1, metadata={"env": "BUDGET_FACTOR"})

    @classmethod
    def read(cls, environ: Mapping[str, str] | None = None) -> Settings:
        """Read all settings. Raises UnsafeSettings for a value that cannot be understood."""
        environ = os.environ if environ is None else environ
        given = {
            f.name: environ[f.metadata["env"]].strip()
            for f in fields(cls)
            if f.type == "str" and environ.get(f.metadata["env"], "").strip()
        }
        settings = cls(**given)
        if environ.get("DATA_DIR", "").strip():
            settings.data_dir = Path(environ["DATA_DIR"].strip())
        settings.data_dir = settings.data_dir.resolve()
        for name in ("trusted_proxies", "bundle_seconds", "write_wait_ms", "kept_pages_mb", "budget_factor"):
            env = cls.__dataclass_fields__[name].metadata["env"]
            setattr(settings, name, _number(environ, env, getattr(settings, name)))
        if settings.environment not in ("development", "test", "production"):
            raise UnsafeSettings(
                f"IDEABOARD_ENV is {settings.environment!r}: it must be development, test or production."
            )
        settings.public_url = settings.public_url.rstrip("/")
        parts = urlsplit(settings.public_url)
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment:
            raise UnsafeSettings(
                f"PUBLIC_URL is {settings.public_url!r}: it must be the whole public address, like https://ideas.example.org."
            )
        if not settings.database_url:
            settings.database_url = f"sqlite:///{settings.data_dir / 'ideaboard.db'}"
        settings.database_url = normal_database_url(settings.database_url)
        if not settings.mail_from:
            named = "." in parts.hostname and any(c.isalpha() for c in parts.hostname)
            settings.mail_from = f"ideas@{parts.hostname if named else 'localhost'}"
        settings.refuse_bad_returns()
        if any(c in settings.mail_from for c in "\r\n\0"):
            raise UnsafeSettings(
                "MAIL_FROM holds a line break: it must be one address, like Ideas <ideas@example.org>."
            )
        for item in filter(None, (part.strip() for part in settings.outbound_allow.split(","))):
            if not _names_a_target(item):
                raise UnsafeSettings(
                    f"OUTBOUND_ALLOW holds {item!r}: each item must be host:port or a network, like chat.internal:8065 or 10.1.0.0/16."
                )
        return settings

    @property
    def is_local(self) -> bool:
        """Whether the public address is this machine only."""
        return (urlsplit(self.public_url).hostname or "") in LOOPBACK

    @property
    def is_https(self) -> bool:
        return self.public_url.startswith("https://")

    @property
    def sub_path(self) -> str:
        """The path below which everything lives: '' or '/ideas'."""
        return urlsplit(self.public_url).path.rstrip("/")

    def refuse_bad_returns(self) -> None:
        """Raise UnsafeSettings for a mailbox of returned mail that cannot be meant, or a token that can be guessed."""
        parts = urlsplit(self.returned_mail_url)
        good = parts.path.startswith("/") if parts.scheme == "maildir" else parts.hostname and parts.username
        if self.returned_mail_url and not (parts.scheme in ("imaps", "imap", "maildir") and good):
            raise UnsafeSettings(
                "RETURNED_MAIL_URL must be imaps://user:password@mail.example.org/INBOX or maildir:///path/of/a/maildir."
            )
        for env, token in (("RETURNED_MAIL_TOKEN", self.returned_mail_token), ("METRICS_TOKEN", self.metrics_token)):
            if token and len(token) < 20:
                raise UnsafeSettings(f"{env} is shorter than 20 characters: make one with `openssl rand -hex 32`.")

    def refuse_unsafe(self) -> None:
        """Raise UnsafeSettings for what production must not start with (demo people are asked of the database)."""
        if self.environment != "production":
            return
        if not self.secret_key:
            raise UnsafeSettings("SECRET_KEY is not set: sign-ins need one; make it with `openssl rand -hex 32`.")
        if len(self.secret_key) < 32:
            raise UnsafeSettings("SECRET_KEY is shorter than 32 characters: make one with `openssl rand -hex 32`.")
        if not self.smtp_url:
            raise UnsafeSettings(
                "SMTP_URL is not set: without it nobody hears back; set it like smtp://user:password@mail.example.org:587."
            )
        if not self.is_https and not self.is_local:
            raise UnsafeSettings(f"PUBLIC_URL is {self.public_url}: a public site must be https://.")


def _names_a_target(item: str) -> bool:
    """Whether an item of OUTBOUND_ALLOW is host:port or a network."""
    try:
        ip_network(item)
        return True
    except ValueError:
        host, _, port = item.rpartition(":")
        return bool(host) and not set("/@ ") & set(host) and port.isdecimal() and 0 < int(port) < 65536


def normal_database_url(url: str) -> str:
    """`postgres://` and `postgresql://` mean psycopg 3 here (DEPENDENCIES: SQLAlchemy's default driver changed)."""
    for prefix in ("postgres://", "postgresql://"):
        if url.startswith(prefix):
            return "postgresql+psycopg://" + url[len(prefix) :]
    return url


def development_secret(data_dir: Path) -> str:
    """The secret of a development start: a file in the data folder, mode 0600, made once."""
    path = data_dir / "secret_key"
    try:
        data_dir.mkdir(parents=True, exist_ok=True)
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text().strip()
    with os.fdopen(handle, "w") as file:
        file.write(secrets.token_hex(32))
    return path.read_text().strip()
