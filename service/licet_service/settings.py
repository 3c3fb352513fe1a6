"""What an operator may set; read from arguments, then from ``LICET_…`` in the environment."""

from __future__ import annotations

from pathlib import Path

from pydantic import AnyHttpUrl, Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """The settings of one service; passed in, never read from a global."""

    model_config = SettingsConfigDict(env_prefix="LICET_", frozen=True)

    data: Path = Field(
        default=Path("licet-data"), description="The data folder that holds the snapshots."
    )
    host: str = Field(default="127.0.0.1", description="The address to listen on.")
    port: int = Field(default=8000, ge=0, le=65_535, description="The port; 0 takes a free one.")
    public_url: AnyHttpUrl | None = Field(
        default=None,
        description="Where clients reach the service, for the descriptions that name its address; "
        "without it, the address of the request.",
    )
    max_query_bytes: int = Field(
        default=65_536,
        ge=1,
        # Longer texts could nest deeper than the stack of a query's thread allows.
        le=65_536,
        description="A longer query is refused with status 413.",
    )
    max_result_bytes: int = Field(
        default=256 * 1024 * 1024,
        ge=1,
        description="A larger result is refused whole with status 422; none is ever cut.",
    )
    max_concurrent_queries: int = Field(
        default=8, ge=1, description="Queries that are evaluated at a time; more of them wait."
    )
    max_description_triples: int = Field(
        default=500,
        ge=1,
        description="Triples from a resource, and to it, that its description holds at most.",
    )
