"""The commands that serve, list, put back, copy, write out and validate snapshots."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import click

from licet_ontology.errors import UsageError
from licet_service import command_options as options
from licet_service.dump_layout import FOLDER, DumpFormat
from licet_service.terminal import emit, say

if TYPE_CHECKING:
    from pathlib import Path


@click.command()
@click.option("--data", type=options.FOLDER, help="The folder that holds the snapshots.")
@click.option("--host", help="Address to listen on.")
@click.option("--port", type=int, help="Port to listen on.")
@click.option("--processes", type=int, help="Web processes that share it.")
@click.option(
    "--config",
    type=options.FOLDER,
    envvar="LICET_CONFIG",
    show_envvar=True,
    help="A file of settings.",
)
def serve(
    data: Path | None,
    host: str | None,
    port: int | None,
    processes: int | None,
    config: Path | None,
) -> None:
    """Serve the snapshot in force over HTTP; docs/operations.md has all settings."""
    from licet_reasoning.compiled import is_kept
    from licet_service import server
    from licet_service.settings import CONFIG, settings_from

    if config is not None:
        os.environ[CONFIG] = str(config)
    settings = settings_from(data=data, host=host, port=port, web_processes=processes)
    kept = settings.data / "cache"
    if (settings.data / "current").exists() and not is_kept(kept):
        # A build by this version has done it. Workers could not keep what they compute, and in
        # this process it would take memory for good.
        compiling = "import sys, pathlib; from licet_reasoning.compiled import compiled; "
        compiling += "compiled(pathlib.Path(sys.argv[1]))"
        subprocess.run([sys.executable, "-c", compiling, str(kept)], check=False)  # noqa: S603
    say(f"serving {settings.data} on http://{settings.host}:{settings.port}")
    server.serve(settings)


@click.command()
@options.data
@options.as_json
def snapshots(data: Path, as_json: bool) -> None:
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
        click.echo(json.dumps(rows, indent=2))
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
        click.echo(line)


@click.command()
@click.argument(
    "snapshot_id", required=False, help="Which; without it, the one before that in force."
)
@options.data
def rollback(snapshot_id: str | None, data: Path) -> None:
    """Put an older snapshot in force again; running services take it up."""
    from licet_ingest.snapshot import put_in_force

    click.echo(put_in_force(data, snapshot_id).id)


@click.command()
@click.argument("to", type=options.FOLDER, help="A data folder of its own, made if it is missing.")
@options.data
def backup(to: Path, data: Path) -> None:
    """Copy the snapshot in force, and what was read from the Hub, into another data folder."""
    from licet_ingest.backup import backup as copy

    click.echo(copy(data, to).id)


@click.command()
@click.argument(
    "work",
    required=False,
    help="A work, for its bill of materials; without it, the whole snapshot.",
)
@click.option(
    "--to",
    type=options.FOLDER,
    help="The folder of dumps; DATA/dumps, which is served, without it.",
)
@click.option(
    "--format",
    "formats",
    multiple=True,
    help="Of a work, spdx3 (the default) or cyclonedx. Of the snapshot, only this of "
    "nquads, trig and parquet (repeatable); without it, all.",
)
@options.data
@click.option("--force", is_flag=True, help="Write a dump of this snapshot again.")
def export(
    work: str | None, to: Path | None, formats: tuple[str, ...], data: Path, force: bool
) -> None:
    """Write the snapshot in force as files, or the bill of materials of one work."""
    from licet_service.dataset import Dataset

    latest = Dataset(data).latest()
    if work is not None:
        from licet_service.bom_command import bom_text

        if to is not None or force:
            raise UsageError("--to and --force go with the whole snapshot")
        emit([bom_text(latest, work, formats)])
        return
    from licet_service.export import export as write

    known = {one.value: one for one in DumpFormat}
    if unknown := [name for name in formats if name not in known]:
        raise UsageError(f"no format {unknown[0]!r} of dumps: choose one of {', '.join(known)}")
    chosen = tuple(known[name] for name in formats or known)
    latest.see_all()
    folder = write(latest, to or data / FOLDER, chosen, say, force=force)
    emit([str(folder)])


@click.command()
@click.option(
    "--ontology",
    "ontology_only",
    is_flag=True,
    help="Only the ontology and the license catalogue.",
)
@options.data
@options.as_json
def validate(ontology_only: bool, data: Path, as_json: bool) -> None:
    """Check ontology, catalogue and snapshot; status 1 if anything is wrong."""
    from licet_service.validation import catalogue_faults, snapshot_faults

    faults = catalogue_faults(say)
    if not ontology_only:
        from licet_service.dataset import Dataset

        latest = Dataset(data).latest()
        latest.see_all()
        faults += snapshot_faults(latest, say)
    if as_json:
        emit([json.dumps(faults, indent=2)])
    else:
        emit(faults or ["nothing wrong"])
    if faults:
        options.leave(options.EXIT_ERRORS)
