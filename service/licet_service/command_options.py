"""Options that several commands have, and their exit statuses."""

from __future__ import annotations

from pathlib import Path

import click

from licet_ontology.terms import DEFAULT_READING

EXIT_ERRORS = 1
EXIT_USAGE = 2
EXIT_UNKNOWN = 3
EXIT_UNUSABLE = 4

FOLDER = click.Path(path_type=Path)

data = click.option(
    "--data",
    type=FOLDER,
    envvar="LICET_DATA",
    show_envvar=True,
    default="licet-data",
    help="The folder that holds the snapshots.",
)
reading = click.option(
    "--reading",
    envvar="LICET_READING",
    show_envvar=True,
    default=DEFAULT_READING,
    help="The reading of contested law.",
)
sparql_url = click.option(
    "--sparql-url",
    envvar="LICET_SPARQL_URL",
    show_envvar=True,
    help="A SPARQL 1.1 server that holds the dump and is asked in place of the snapshot.",
)
as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON for programs.")


def leave(status: int) -> None:
    """End a command with an exit status, if it is another than 0.

    Raises:
        click.exceptions.Exit: It is.
    """
    if status:
        raise click.exceptions.Exit(status)
