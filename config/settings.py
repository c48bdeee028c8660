"""Where Vigie runs and what it connects to: the only place that reads the environment (design.md section 9)."""

import logging
import os
import re
import secrets
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, ValidationError, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from config.types import Secret
from mentions.errors import Stop, WrongUsage

log = logging.getLogger(__name__)
PREFIX = "VIGIE_"
LEAST_SECRET = 16  # bytes; the one that Vigie makes has 32


def _absolute(path: Path) -> Path:
    return Path(os.path.abspath(path.expanduser()))  # noqa: PTH100 - resolve() would follow links


def _http(url: str) -> str:
    if not url.startswith(("http://", "https://")):
        raise ValueError("expected an address that begins with http:// or https://")
    return url.rstrip("/")


def _smtp(url: str) -> str:
    if not url.startswith(("smtp://", "smtps://", "smtp+starttls://")):
        raise ValueError(
            "expected an address such as smtp://host:25, smtp+starttls://user:password@host or smtps://..."
        )
    return url


def _file(url: str) -> str:
    if not url.startswith("file:///"):
        raise ValueError("expected an address such as file:///var/lib/vigie/spool; other stores come later")
    return url


def _prefix(name: str) -> str:
    if not re.fullmatch(r"[a-z][a-z0-9_-]{0,49}", name):
        raise ValueError("expected at most 50 small letters, digits, _ and -, a letter first: indices begin with it")
    return name


def _space(name: str) -> str:
    if not re.fullmatch(r"[a-z0-9_-]{1,100}", name):
        raise ValueError("expected the identifier of a Kibana space: small letters, digits, _ and -")
    return name


HttpUrl = Annotated[str, AfterValidator(_http)]
Folder = Annotated[Path, AfterValidator(_absolute)]


class Settings(BaseSettings):
    """One field for each variable `VIGIE_<FIELD>`; those that may hold a password are not shown in logs."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_ignore_empty=True, extra="ignore", frozen=True, hide_input_in_errors=True
    )

    home: Folder = Field(default=Path("var"), validate_default=True)
    config: Folder = Field(default=Path("config"), validate_default=True)
    store: Literal["sqlite", "elastic"] = "sqlite"
    elastic_url: HttpUrl | None = Field(default=None, repr=False)
    elastic_api_key: str | None = Field(default=None, repr=False)
    elastic_ca: Folder | None = None
    elastic_prefix: Annotated[str, AfterValidator(_prefix)] = "vigie"
    elastic_period: Literal["month", "quarter", "year"] = "month"
    kibana_url: HttpUrl | None = Field(default=None, repr=False)
    kibana_api_key: str | None = Field(default=None, repr=False)
    kibana_ca: Folder | None = None
    kibana_space: Annotated[str, AfterValidator(_space)] = "default"
    kibana_public_url: HttpUrl | None = None
    public_url: HttpUrl | None = None
    database_url: str | None = Field(default=None, repr=False)
    spool_url: Annotated[str, AfterValidator(_file)] | None = None
    prefect_api_url: HttpUrl | None = None
    smtp_url: Annotated[str, AfterValidator(_smtp)] | None = Field(default=None, repr=False)
    secret: str | None = Field(default=None, repr=False, min_length=LEAST_SECRET)

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if self.store == "elastic" and self.elastic_url is None:
            raise ValueError("VIGIE_STORE is elastic, so VIGIE_ELASTIC_URL must be set")
        return self

    @property
    def state_url(self) -> str:
        """The SQLAlchemy address of `state`: VIGIE_DATABASE_URL, or a file of the home."""
        return self.database_url or f"sqlite:///{self.home / 'state.db'}"

    @property
    def dead_letters(self) -> Path:
        """Where mentions are kept that Elasticsearch refused for good."""
        return self.home / "dead-letters"

    @property
    def spool(self) -> Path:
        """The folder of the spool: VIGIE_SPOOL_URL, or a folder of the home."""
        return Path(self.spool_url.removeprefix("file://")) if self.spool_url else self.home / "spool"

    def environment(self) -> dict[str, str | None]:
        """What another process must find in its environment to have these settings; None: no such variable."""
        return {PREFIX + name.upper(): None if value is None else str(value) for name, value in self}

    def secret_bytes(self) -> bytes:
        """The key of pseudonyms and signed links: VIGIE_SECRET, else `home`/secret, made once, mode 0600.

        Two processes that make it at the same time end with the same one: the file is written aside and
        linked to its name, which only one of them can do. Stop when it cannot be made or is damaged.
        """
        if self.secret is not None:
            return self.secret.encode()
        path = self.home / "secret"
        try:
            if not path.exists():
                _make_secret(path)
            secret = path.read_bytes().strip()
        except OSError as error:
            raise Stop(f"the secret {path} cannot be read or made: {error.strerror}") from error
        if len(secret) < LEAST_SECRET:
            raise Stop(f"the secret {path} is damaged; put back a copy, or delete it: authors then get new pseudonyms")
        if path.stat().st_mode & 0o077:
            log.warning("secret-is-readable path=%s hint='chmod 600'", path)
        return secret

    def reveal(self, secret: Secret) -> str:
        """The text of a secret of the YAML (a relative `file:` starts at the configuration folder).

        Stop says which variable or file is missing.
        """
        how, _, name = secret.where.partition(":")
        if how == "env":
            if not os.environ.get(name):
                raise Stop(f"the environment variable {name} is not set; channels.yaml expects a secret there")
            return os.environ[name]
        path = self.config / Path(name).expanduser()
        try:
            text = path.read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise Stop(f"the secret file {path} cannot be read: {error}") from error
        if not text:
            raise Stop(f"the secret file {path} is empty")
        return text


def _make_secret(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = path.with_name(f".secret.{os.getpid()}.{secrets.token_hex(4)}")
    handle = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(secrets.token_hex(32).encode() + b"\n")
            file.flush()
            os.fsync(file.fileno())
        try:
            path.hardlink_to(aside)
        except FileExistsError:
            log.info("secret-made-elsewhere path=%s", path)
    finally:
        aside.unlink()


def load_settings(*, home: Path | None = None, config: Path | None = None) -> Settings:
    """The settings of this process; arguments of the command line win over the environment. WrongUsage if wrong."""
    _warn_of_typing_errors()
    given = {key: path for key, path in (("home", home), ("config", config)) if path is not None}
    try:
        return Settings(**given)  # type: ignore[arg-type] # both keys are paths
    except ValidationError as errors:
        raise WrongUsage(
            "; ".join(_in_words(str(e["loc"][0]) if e["loc"] else "", e) for e in errors.errors())
        ) from None


def _in_words(name: str, error: object) -> str:
    details = error if isinstance(error, dict) else {}
    context = details.get("ctx", {})
    if details.get("type") == "literal_error":
        said = f"expected {context['expected']}"
    elif details.get("type") == "string_too_short":
        said = f"expected at least {context['min_length']} characters"
    else:
        said = str(context.get("error", details.get("msg")))
    return f"{PREFIX}{name.upper()}: {said}" if name else said


def _warn_of_typing_errors() -> None:
    """A variable one letter away from a setting is told of; others are the reader's own (secrets of the YAML)."""
    known = [PREFIX + name.upper() for name in Settings.model_fields]
    for name in sorted(os.environ):
        if name.startswith(PREFIX) and name not in known:
            near = get_close_matches(name, known, 1, 0.85)
            if near:
                log.warning("unknown-setting name=%s did-you-mean=%s", name, near[0])
