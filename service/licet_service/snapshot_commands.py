"""The commands that list, put back and copy snapshots."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import typer

Data = Annotated[
    Path, typer.Option("--data", envvar="LICET_DATA", help="The folder that holds the snapshots.")
]
_DATA = Path("licet-data")


def snapshots(
    data: Data = _DATA,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON for programs.")] = False,
) -> None:
    """List the snapshots, newest first, and say which is in force."""
    from licet_ingest.snapshot import current
    from licet_ingest.snapshot import snapshots as all_of
    from licet_service.report import table_lines

    in_force = current(data).id
    rows: list[dict[str, Any]] = [
        {
            "id": one.id,
            "in_force": one.id == in_force,
            "finished": one.manifest["finished"],
            "works": one.manifest["counts"]["works"],
            "derivations": one.manifest["counts"]["derivations"],
            "sources": [source["name"] for source in one.manifest["sources"]],
        }
        for one in all_of(data)
    ]
    if as_json:
        typer.echo(json.dumps(rows, indent=2))
        return
    head = ("snapshot", "in force", "finished", "works", "derivations", "sources")
    cells = [
        (
            row["id"],
            "*" if row["in_force"] else "",
            row["finished"],
            f"{row['works']:,}",
            f"{row['derivations']:,}",
            ", ".join(row["sources"]),
        )
        for row in rows
    ]
    for line in table_lines(head, cells):
        typer.echo(line)


def rollback(
    snapshot_id: Annotated[
        str | None, typer.Argument(help="Which; without it, the one before that in force.")
    ] = None,
    data: Data = _DATA,
) -> None:
    """Put an older snapshot in force again; running services take it up."""
    from licet_ingest.snapshot import put_in_force

    typer.echo(put_in_force(data, snapshot_id).id)


def backup(
    to: Annotated[Path, typer.Argument(help="A data folder of its own, made if it is missing.")],
    data: Data = _DATA,
) -> None:
    """Copy the snapshot in force, and what was read from the Hub, into another data folder."""
    from licet_ingest.backup import backup as copy

    typer.echo(copy(data, to).id)
