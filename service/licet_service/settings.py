"""What an operator may set: by arguments, by ``LICET_…`` in the environment, by a file.

An argument goes before the environment, and that before the file, which is TOML and named by
``LICET_CONFIG``.
"""

from __future__ import annotations

import os
import tomllib
from pathlib import Path
from typing import Any, Final, Literal

from pydantic import AnyHttpUrl, Field, ValidationError
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from licet_ontology.errors import UsageError

PREFIX: Final = "LICET_"
CONFIG: Final = "LICET_CONFIG"
"""The variable that names a file of settings."""


class Settings(BaseSettings):
    """The settings of one service; passed in, never read from a global."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, frozen=True)

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
    sparql_url: AnyHttpUrl | None = Field(
        default=None,
        description="A SPARQL 1.1 server that holds the dump of the snapshot and answers queries "
        "in its place; see docs/scale.md.",
    )
    max_query_bytes: int = Field(
        default=65_536,
        ge=1,
        # Longer texts could nest deeper than the stack of a query's thread allows.
        le=65_536,
        description="A longer query is refused with status 413.",
    )
    web_processes: int = Field(
        default=1,
        ge=1,
        description="Web processes, each with workers of its own, so that budgets and bounds are "
        "those of one process.",
    )
    trusted_proxies: tuple[str, ...] = Field(
        default=(),
        description="Addresses or networks of proxies whose `X-Forwarded-For` says who asks.",
    )
    max_connections: int = Field(
        default=1_000, ge=1, description="Connections at a time; further ones get status 503."
    )
    shutdown_timeout_s: int = Field(
        default=10, ge=0, description="Seconds in which answers may end after a signal to stop."
    )
    max_body_bytes: int = Field(
        default=1024 * 1024,
        ge=1,
        description="A larger body of a request is refused with status 413.",
    )
    max_url_bytes: int = Field(
        default=16_384,
        ge=256,
        description="A longer address is refused with status 414; send such a query by POST.",
    )
    max_result_rows: int = Field(
        default=5_000_000,
        ge=1,
        description="Rows, or triples, of a result. One that has more is refused with status 507, "
        "or broken off where its beginning has been sent; none is ever cut. "
        "Each answer names the limit in the header `Licet-Max-Rows`.",
    )
    max_held_bytes: int = Field(
        default=64 * 1024 * 1024,
        ge=1,
        description="Bytes of a result that must be held whole before it can be sent, as for "
        "a client of HTTP/1.0, to which the end of a broken answer looks like any other.",
    )
    query_workers: int = Field(
        default=0,
        ge=0,
        description="Processes that evaluate, for each web process; 0 takes one more than there "
        "are processors, and at least four.",
    )
    slow_workers: int = Field(
        default=3,
        ge=1,
        description="Processes beside those for evaluations that take longer than `quick_s`; "
        "a query that finds none free gets status 503, unless its client has used so much "
        "less than another that it takes its place.",
    )
    quick_s: float = Field(
        default=1.0,
        gt=0,
        description="Seconds after which an evaluation counts as slow.",
    )
    worker_memory_bytes: int = Field(
        default=1024 * 1024 * 1024,
        ge=64 * 1024 * 1024,
        description="Memory of one of them; a query that needs more is refused with status 507.",
    )
    query_timeout_s: float = Field(
        default=30.0,
        gt=0,
        description="Seconds of evaluation; a query that needs more is refused with status 504, "
        "or its answer broken off.",
    )
    answer_timeout_s: float = Field(
        default=600.0,
        gt=0,
        description="Seconds that a whole answer may take, however slow its reader.",
    )
    stall_timeout_s: float = Field(
        default=20.0,
        gt=0,
        description="Seconds that a client may take nothing of an answer, or send nothing of "
        "a request, before the connection is ended.",
    )
    wait_timeout_s: float = Field(
        default=20.0,
        gt=0,
        description="Seconds that a request waits for a worker before it gets status 503.",
    )
    max_waiting: int = Field(
        default=256,
        ge=1,
        description="Requests that wait for a worker; further ones get status 503, and those of "
        "a client that has a quarter of them status 429.",
    )
    client_burst_s: float = Field(
        default=60.0,
        gt=0,
        description="Seconds of evaluation that a client may use at once; "
        "when they are spent, it gets status 429.",
    )
    client_budget_per_s: float = Field(
        default=0.5,
        gt=0,
        description="Seconds of evaluation that a client gets back each second.",
    )
    federation: tuple[str, ...] = Field(
        default=(),
        description="IRIs of the SPARQL services that queries may call by SERVICE; "
        "none by default.",
    )
    max_description_triples: int = Field(
        default=500,
        ge=1,
        description="Triples from a resource, and to it, that its description holds at most.",
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        default="info",
        description="From which level on lines are logged; info has one for each query.",
    )
    log_query_text: bool = Field(
        default=False,
        description="Whether the line of a query holds its text, and not only its hash.",
    )
    client_hash_key: str = Field(
        default="",
        repr=False,
        description="The key by which addresses of clients are hashed for the log; without it, "
        "a new one at each start, so that no line can be traced across.",
    )

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Return where settings come from, the first before the last."""
        file = os.environ.get(CONFIG)
        if not file:
            return init_settings, env_settings
        if not Path(file).is_file():  # the source would pass it over
            raise UsageError(f"{CONFIG} names {file}, and there is no such file")
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls, Path(file))


def settings_from(**given: Any) -> Settings:
    """Return the settings in force; what is given and not None goes before all else.

    Raises:
        UsageError: A setting is unknown or makes no sense.
    """
    try:
        return Settings(**{name: value for name, value in given.items() if value is not None})
    except ValidationError as error:
        wrong = [f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors()]
        raise UsageError(f"settings: {'; '.join(wrong)}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"{os.environ.get(CONFIG)}: {error}") from error


def settings_table() -> list[str]:
    """Return all settings as a table of Markdown, for the documentation."""
    lines = ["| setting | in the environment | default | what it does |", "|---|---|---|---|"]
    for name, field in Settings.model_fields.items():
        default = "" if field.default in {None, ""} else f"`{field.default}`"
        description = (field.description or "").replace("|", "\\|")
        lines.append(f"| `{name}` | `{PREFIX}{name.upper()}` | {default} | {description} |")
    return lines


if __name__ == "__main__":
    print("\n".join(settings_table()))
