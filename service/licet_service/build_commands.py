"""The commands that build snapshots."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from licet_ontology.errors import SourceError, UsageError
from licet_service import command_options as options
from licet_service.terminal import emit, say

if TYPE_CHECKING:
    from licet_ingest.sources import Source
    from licet_ingest.sources.hub import HubSource
    from licet_ingest.sources.hub_listing import Selection

_lookups = click.option(
    "--lookups",
    type=click.IntRange(min=0),
    help="Of hub:, bases and datasets that models name and that are asked for one by one; "
    "1000 at most without it.",
)
_fresh = click.option(
    "--fresh", is_flag=True, help="Of hub:, begin anew where an earlier run was interrupted."
)
_closure = click.option(
    "--closure",
    envvar="LICET_CLOSURE",
    show_envvar=True,
    default="bitsets",
    help="What computes which terms reach which works: bitsets, duckdb, "
    "spark://HOST:PORT or spark:local[N]. All give the same.",
)


@click.command()
@click.argument(
    "sources",
    nargs=-1,
    help="sample, hub: (the live Hub), dumps of its lists (.jsonl, .jsonl.gz, .parquet; "
    "of datasets where the name begins with datasets.), "
    "folders of cards or repositories, links from apps to models (.apps.csv).",
)
@click.option("--author", help="Of hub:, the models of one account.")
@click.option("--search", help="Of hub:, the models whose id holds a text.")
@click.option(
    "--limit",
    type=click.IntRange(min=1),
    help="Of hub:, the most downloaded models, so many.",
)
@click.option(
    "--id",
    "repository_id",
    help="Of a folder, the owner/name of the one repository that it holds.",
)
@_lookups
@_fresh
@_closure
@options.data
@options.as_json
def build(
    sources: tuple[str, ...],
    author: str | None,
    search: str | None,
    limit: int | None,
    repository_id: str | None,
    lookups: int | None,
    fresh: bool,
    closure: str,
    data: Path,
    as_json: bool,
) -> None:
    """Build a snapshot from sources and put it in force."""
    from licet_ingest.sources.hub_listing import Selection

    names = list(sources) or ["sample"]
    if repository_id is not None and sum(Path(name).is_dir() for name in names) != 1:
        raise UsageError("--id names the repository in a folder: give one folder with it")
    if "" in {author, search}:  # it would be all models of the Hub
        raise UsageError("--author and --search need a text")
    selection = Selection(author, search, limit)
    only_hub = [author, search, limit, lookups, fresh or None]
    if any(given is not None for given in only_hub) and not any(map(_is_hub, names)):
        raise UsageError("--author, --search, --limit, --lookups and --fresh are options of hub:")
    made = [
        _hub(name, data, lookups, fresh=fresh, selection=selection)
        if _is_hub(name)
        else _source(name, repository_id)
        for name in names
    ]
    _build(data, made, closure, as_json=as_json)


@click.command()
@click.argument(
    "sources", nargs=-1, help="The files and folders that it was also built from, if any."
)
@_lookups
@_fresh
@_closure
@click.option(
    "--records",
    help="Ask nothing, but take over newer records as the Hub gives them, one in a line: "
    "a .jsonl file, or - for standard input, each line as it comes.",
)
@options.data
@options.as_json
def update(
    sources: tuple[str, ...],
    lookups: int | None,
    fresh: bool,
    closure: str,
    records: str | None,
    data: Path,
    as_json: bool,
) -> None:
    """Read what changed on the Hub since the snapshot in force, and build the next one."""
    from licet_ingest.snapshot import current
    from licet_service.record_stream import take_records

    if records is not None:
        if sources or lookups is not None or fresh:
            raise UsageError("--records takes nothing else in: leave sources and options out")
        emit(take_records(data, records, say, as_json=as_json))
        return
    given = {source.name: source for source in map(_source, sources)}
    made: list[Source] = []
    for former in current(data).manifest["sources"]:
        name = str(former["name"])
        if _is_hub(name):
            made.append(_hub(name, data, lookups, fresh=fresh, update=True))
        elif name == "sample":
            made.append(_source(name))
        elif name in given:
            made.append(given.pop(name))
        else:
            raise UsageError(f"the snapshot in force was also built from {name}: name it, too")
    if given:
        raise UsageError(f"the snapshot in force was not built from {', '.join(given)}")
    if not any(_is_hub(source.name) for source in made):
        raise UsageError("the snapshot in force was not built from hub:; build it again instead")
    _build(data, made, closure, as_json=as_json)


def _build(data: Path, sources: list[Source], closure: str, *, as_json: bool) -> None:
    from licet_ingest.sources.hub import HubSource
    from licet_reasoning.build import build as build_snapshot
    from licet_reasoning.relational import closure_named
    from licet_service.build_report import build_lines

    snapshot = build_snapshot(data, sources, say, closure_named(closure))
    for source in sources:
        if isinstance(source, HubSource):
            source.settle()
    if as_json:
        emit([json.dumps(snapshot.manifest, indent=2)])
    else:
        emit(build_lines(snapshot))


def _is_hub(name: str) -> bool:
    return name.partition("?")[0] == "hub:"


def _hub(
    name: str,
    data: Path,
    lookups: int | None,
    *,
    fresh: bool,
    selection: Selection | None = None,
    update: bool = False,
) -> HubSource:
    """Return the source that a name like ``hub:`` or ``hub:?author=google`` means."""
    from licet_ingest.sources.hub import HubSource
    from licet_ingest.sources.hub_listing import Selection
    from licet_ingest.sources.hub_lookup import MAX_LOOKUPS
    from licet_ingest.sources.hub_state import FULL, UPDATE

    named = Selection.named(name)
    if selection not in {None, named, Selection()} and not named.whole:
        raise UsageError(f"{name} says already which models; leave the options out")
    return HubSource(
        data / "hub",
        selection if selection and named.whole else named,
        mode=UPDATE if update else FULL,
        fresh=fresh,
        lookups=MAX_LOOKUPS if lookups is None else lookups,
        say=say,
    )


def _source(name: str, repository_id: str | None = None) -> Source:
    from licet_ingest.identifiers import id_fault
    from licet_ingest.sources.apps import AppLinks
    from licet_ingest.sources.dump import JsonLinesDump
    from licet_ingest.sources.parquet import ParquetDump
    from licet_ingest.sources.repository import Repositories
    from licet_ingest.sources.sample import Sample

    if name == "sample":
        return Sample()
    path = Path(name)
    if path.is_dir():
        bare = (repository_id or "o/n").removeprefix("datasets/")
        if reason := id_fault(bare):
            raise UsageError(f"--id {bare!r} {reason}")
        return Repositories(path, repository_id)
    if path.name == "apps.csv" or path.name.endswith(".apps.csv"):
        return AppLinks(path)
    if not path.name.endswith((".jsonl", ".jsonl.gz", ".parquet")):
        raise UsageError(
            f"{name}: a source is 'sample', 'hub:', a folder of cards or repositories, or a file "
            "that ends in .jsonl, .jsonl.gz, .parquet or .apps.csv"
        )
    if not path.is_file():
        raise SourceError(f"{name}: there is no such file")
    # The public dumps are called models.parquet and datasets.parquet.
    kind = "dataset" if path.name.startswith("datasets.") else "model"
    return ParquetDump(path, kind) if path.suffix == ".parquet" else JsonLinesDump(path, kind)
