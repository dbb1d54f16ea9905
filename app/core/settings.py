"""What an installation can decide, read from the environment or from `.env`."""

import secrets
from enum import StrEnum
from functools import cache
from pathlib import Path

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict


class Env(StrEnum):
    DEVELOPMENT = "development"
    PRODUCTION = "production"


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
    smtp_url: SecretStr = SecretStr("")
    mail_from: str = "Taller <no-reply@taller.example>"
    workers: int = Field(default=1, ge=1, le=64)
    metrics_token: SecretStr = SecretStr("")
    log_level: str = "INFO"

    @field_validator("base_url", "content_url")
    @classmethod
    def _ends_without_slash(cls, address: str) -> str:
        return address.rstrip("/")

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
