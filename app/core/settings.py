"""What an installation can decide, read from the environment or from `.env`."""

import re
import secrets
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, Field, SecretStr, StringConstraints, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict


class Env(StrEnum):
    DEVELOPMENT = "development"
    PRODUCTION = "production"


class SignInProvider(BaseModel, extra="forbid", frozen=True):
    """Another house whose word we take for who somebody is, by OpenID Connect."""

    key: Annotated[str, StringConstraints(pattern=r"^[a-z0-9-]{1,40}$")]  # in our addresses
    name: str = Field(min_length=1, max_length=60, description="as people know it")
    issuer: str = Field(description="its address, letter for letter as it says it itself")
    client_id: str
    client_secret: SecretStr
    scope: str = "openid email profile"

    @field_validator("issuer")
    @classmethod
    def _is_spoken_to_in_secret(cls, issuer: str) -> str:
        on_this_machine = issuer.startswith(("http://localhost:", "http://127.0.0.1:"))
        if not (issuer.startswith("https://") or on_this_machine):
            raise ValueError("an issuer begins with https://")
        return issuer


class Settings(BaseSettings):
    """Each field is the environment variable ``TALLER_<FIELD>``; see `docs/running.md`."""

    model_config = SettingsConfigDict(env_prefix="TALLER_", env_file=".env", extra="ignore")

    env: Env = Env.DEVELOPMENT
    database_url: str = "sqlite:///var/taller.db"
    data_dir: Path = Path("var")
    storage_url: str = Field(default="", description="empty: the folder `files` of the data dir")
    secret_key: SecretStr = SecretStr("")
    base_url: str = "http://localhost:8000"
    content_url: str = Field(default="", description="second origin for uploaded packages")
    clamd_url: str = Field(
        default="", description="ClamAV's daemon: tcp://host:port or unix:///path"
    )
    embed_hosts: list[str] = Field(
        default=["www.youtube-nocookie.com", "player.vimeo.com", "archive.org"],
        description="a JSON list of the sites that activities may show in a frame",
    )
    smtp_url: SecretStr = SecretStr("")
    mail_from: str = "Taller <no-reply@taller.example>"
    sign_in_providers: list[SignInProvider] = Field(
        default_factory=list, description="a JSON list of providers of OpenID Connect"
    )
    second_step_for_staff: bool = Field(
        default=False, description="coordinators and administrators need a second step to sign in"
    )
    workers: int = Field(default=1, ge=1, le=64)
    metrics_token: SecretStr = SecretStr("")
    log_level: str = "INFO"

    @field_validator("sign_in_providers")
    @classmethod
    def _have_keys_of_their_own(cls, providers: list[SignInProvider]) -> list[SignInProvider]:
        if len({provider.key for provider in providers}) < len(providers):
            raise ValueError("two providers have the same key")
        return providers

    @field_validator("base_url", "content_url")
    @classmethod
    def _ends_without_slash(cls, address: str) -> str:
        return address.rstrip("/")

    @field_validator("clamd_url")
    @classmethod
    def _is_a_socket(cls, address: str) -> str:
        if address and not re.fullmatch(r"tcp://[^/\s]+|unix:///\S+", address):
            raise ValueError("an address such as tcp://127.0.0.1:3310 or unix:///run/clamd.sock")
        return address

    @field_validator("embed_hosts")
    @classmethod
    def _are_names_of_hosts(cls, hosts: list[str]) -> list[str]:
        if not all(re.fullmatch(r"[a-z0-9-]+(\.[a-z0-9-]+)+", host) for host in hosts):
            raise ValueError("names of hosts alone, such as player.vimeo.com")
        return hosts

    @property
    def in_production(self) -> bool:
        return self.env is Env.PRODUCTION


@cache
def settings() -> Settings:
    return Settings()


@cache
def secret_key() -> str:
    """The key that signs cookies and feeds: the given one, else one made once in the data dir."""
    given = settings().secret_key.get_secret_value()
    if given:
        return given
    file = settings().data_dir / "secret-key"
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True)
        try:
            with file.open("x", encoding="ascii") as new:
                file.chmod(0o600)
                new.write(secrets.token_urlsafe(48))
        except FileExistsError:
            pass  # another process made it in the same instant
    return file.read_text(encoding="ascii")
