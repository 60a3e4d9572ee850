"""Settings from the environment. Every one has a default that works on a developer's machine."""

from typing import Literal

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """What an installation may set. An empty variable counts as not set."""

    model_config = SettingsConfigDict(env_prefix="CREDITGRAPH_", env_ignore_empty=True, frozen=True)

    database_url: str | None = Field(default=None, validation_alias="DATABASE_URL", repr=False)
    """The owner's PostgreSQL database (15 to 18). Not set: the embedded server."""

    scoped_database_url: str | None = Field(default=None, validation_alias="SCOPED_DATABASE_URL", repr=False)
    """The same database as the role `creditgraph_scoped`, under row-level security."""

    pooler: Literal["transaction"] | None = Field(default=None, validation_alias="POOLER")
    """Set to "transaction" behind PgBouncer in transaction mode; turns prepared statements off."""

    pool_size: int = Field(default=16, ge=1, le=500)
    """Connections per process."""

    request_deadline_seconds: float = Field(default=30, gt=0, le=3600)
    """How long a request may take; then it is stopped, in the database too, and answered DEADLINE_EXCEEDED."""

    embedded_purpose: str = Field(default="demo", pattern=r"^[a-z][a-z0-9-]*$")
    """Which embedded server is used when there is no DATABASE_URL."""

    reporting_currency: str = Field(default="EUR", pattern=r"^[A-Z]{3}$")
    """In which amounts of several currencies are sorted and compared."""

    host: str = "127.0.0.1"
    """The address to listen on."""

    port: int = Field(default=8000, ge=0, le=65535)
    """The port to listen on; 0 takes a free one."""
