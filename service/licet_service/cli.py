"""The command line: data on standard output, messages on standard error."""

from __future__ import annotations

import enum
import json
import os
import sys
import traceback
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer

from licet_ontology.errors import LicetError, SourceError, UnknownWorkError, UsageError
from licet_ontology.terms import DEFAULT_READING, PREFIXES, local_name
from licet_service import snapshot_commands
from licet_service.check_command import CheckFormat
from licet_service.dump_layout import FOLDER, DumpFormat
from licet_service.terminal import printable

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pyoxigraph import QueryBoolean, QuerySolutions, QueryTriples

    from licet_ingest.sources import Source
    from licet_ingest.sources.hub import HubSource
    from licet_ingest.sources.hub_listing import Selection

EXIT_ERRORS = 1
EXIT_USAGE = 2
EXIT_UNKNOWN = 3
EXIT_UNUSABLE = 4

app = typer.Typer(
    help="What the licenses behind an AI model oblige, forbid and permit.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    epilog="Exit status: 0 nothing wrong, 1 terms violated, 2 wrong usage, "
    "3 nothing violated but something unknown, 4 a source or snapshot is unusable.",
)

Data = Annotated[
    Path, typer.Option("--data", envvar="LICET_DATA", help="The folder that holds the snapshots.")
]
Reading = Annotated[
    str, typer.Option("--reading", envvar="LICET_READING", help="The reading of contested law.")
]
Lookups = Annotated[
    int | None,
    typer.Option(
        "--lookups",
        min=0,
        help="Of hub:, bases and datasets that models name and that are asked for one by one; "
        "1000 at most without it.",
    ),
]
Fresh = Annotated[
    bool,
    typer.Option("--fresh", help="Of hub:, begin anew where an earlier run was interrupted."),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for programs.")]
ClosureName = Annotated[
    str,
    typer.Option(
        "--closure",
        envvar="LICET_CLOSURE",
        help="What computes which terms reach which works: bitsets, duckdb, "
        "spark://HOST:PORT or spark:local[N]. All give the same.",
    ),
]
SparqlUrl = Annotated[
    str | None,
    typer.Option(
        "--sparql-url",
        envvar="LICET_SPARQL_URL",
        help="A SPARQL 1.1 server that holds the dump and is asked in place of the snapshot.",
    ),
]
DEFAULT_DATA = Path("licet-data")


class ResultFormat(enum.StrEnum):
    """How the answer to a query is printed."""

    table = "table"
    json = "json"
    xml = "xml"
    csv = "csv"
    tsv = "tsv"
    turtle = "turtle"
    nt = "nt"
    rdfxml = "rdfxml"
    jsonld = "jsonld"


class LicenseFormat(enum.StrEnum):
    """How licenses are shown."""

    table = "table"
    markdown = "markdown"
    json = "json"
    turtle = "turtle"
    odrl = "odrl"


class ExplanationFormat(enum.StrEnum):
    """How an explanation is given."""

    text = "text"
    json = "json"
    turtle = "turtle"
    jsonld = "jsonld"


def main() -> NoReturn:
    """Run the command line; errors that Licet foresees become one line and an exit status."""
    try:
        app(standalone_mode=True)
    except UnknownWorkError as error:
        say(str(error))
        sys.exit(EXIT_UNKNOWN)
    except LicetError as error:
        say(str(error))
        sys.exit(EXIT_USAGE if isinstance(error, UsageError) else EXIT_UNUSABLE)
    except Exception:  # Python's own status for it, 1, would say that terms are violated
        traceback.print_exc()
        sys.exit(EXIT_UNUSABLE)
    sys.exit(0)


def say(message: str) -> None:
    """Print a message to standard error."""
    typer.echo("\n".join(map(printable, message.split("\n"))), err=True)


def emit(lines: Iterable[str]) -> None:
    """Print data to standard output, as long as somebody reads it."""
    try:
        for line in lines:
            typer.echo(line)
    except BrokenPipeError:
        # What is left in the buffer must not fail again when the interpreter flushes it.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


@app.command()
def build(
    sources: Annotated[
        list[str] | None,
        typer.Argument(
            help="sample, hub: (the live Hub), dumps of its lists (.jsonl, .jsonl.gz, .parquet; "
            "of datasets where the name begins with datasets.), "
            "folders of cards or repositories, links from apps to models (.apps.csv)."
        ),
    ] = None,
    author: Annotated[
        str | None, typer.Option("--author", help="Of hub:, the models of one account.")
    ] = None,
    search: Annotated[
        str | None, typer.Option("--search", help="Of hub:, the models whose id holds a text.")
    ] = None,
    limit: Annotated[
        int | None,
        typer.Option("--limit", min=1, help="Of hub:, the most downloaded models, so many."),
    ] = None,
    repository_id: Annotated[
        str | None,
        typer.Option(
            "--id", help="Of a folder, the owner/name of the one repository that it holds."
        ),
    ] = None,
    lookups: Lookups = None,
    fresh: Fresh = False,
    closure: ClosureName = "bitsets",
    data: Data = DEFAULT_DATA,
    as_json: AsJson = False,
) -> None:
    """Build a snapshot from sources and put it in force."""
    from licet_ingest.sources.hub_listing import Selection

    names = sources or ["sample"]
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


@app.command()
def update(
    sources: Annotated[
        list[str] | None,
        typer.Argument(help="The files and folders that it was also built from, if any."),
    ] = None,
    lookups: Lookups = None,
    fresh: Fresh = False,
    closure: ClosureName = "bitsets",
    records: Annotated[
        str | None,
        typer.Option(
            "--records",
            help="Ask nothing, but take over newer records as the Hub gives them, one in a line: "
            "a .jsonl file, or - for standard input, each line as it comes.",
        ),
    ] = None,
    data: Data = DEFAULT_DATA,
    as_json: AsJson = False,
) -> None:
    """Read what changed on the Hub since the snapshot in force, and build the next one."""
    from licet_ingest.snapshot import current
    from licet_service.record_stream import take_records

    if records is not None:
        if sources or lookups is not None or fresh:
            raise UsageError("--records takes nothing else in: leave sources and options out")
        emit(take_records(data, records, say, as_json=as_json))
        return
    given = {source.name: source for source in map(_source, sources or [])}
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


@app.command()
def serve(
    data: Annotated[
        Path | None, typer.Option("--data", help="The folder that holds the snapshots.")
    ] = None,
    host: Annotated[str | None, typer.Option(help="Address to listen on.")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on.")] = None,
    processes: Annotated[int | None, typer.Option(help="Web processes that share it.")] = None,
    config: Annotated[
        Path | None, typer.Option("--config", envvar="LICET_CONFIG", help="A file of settings.")
    ] = None,
) -> None:
    """Serve the snapshot in force over HTTP; docs/operations.md has all settings."""
    from licet_service import server
    from licet_service.settings import CONFIG, settings_from

    if config is not None:
        os.environ[CONFIG] = str(config)
    settings = settings_from(data=data, host=host, port=port, web_processes=processes)
    say(f"serving {settings.data} on http://{settings.host}:{settings.port}")
    server.serve(settings)


@app.command()
def query(
    name: Annotated[str | None, typer.Argument(help="A saved query; without it, all.")] = None,
    values: Annotated[list[str] | None, typer.Argument(help="Its parameters, key=value.")] = None,
    data: Data = DEFAULT_DATA,
    sparql_url: SparqlUrl = None,
    reading: Reading = DEFAULT_READING,
    format_: Annotated[ResultFormat, typer.Option("--format")] = ResultFormat.table,
    as_json: AsJson = False,
) -> None:
    """Answer a saved question."""
    from pyoxigraph import NamedNode

    from licet_queries.library import public_queries, public_query
    from licet_service.dataset import bind
    from licet_service.remote import opened
    from licet_service.report import table_lines

    if name is None:
        rows = [
            (q.name, " ".join(f"{p.name}={p.example}" for p in q.parameters), q.summary)
            for q in public_queries()
        ]
        if as_json:
            keys = ("name", "parameters", "summary")
            emit([json.dumps([dict(zip(keys, row, strict=True)) for row in rows], indent=2)])
        else:
            emit(table_lines(("query", "parameters", "question"), rows))
        return
    saved = public_query(name)
    pairs = [value.partition("=") for value in values or ()]
    if wrong := [key for key, equals, _ in pairs if not equals]:
        raise UsageError(f"write parameters as key=value, not {wrong[0]!r}")
    say(saved.summary)
    latest = opened(data, sparql_url)
    given = bind(saved, {k: v for k, _, v in pairs})
    answer = latest.query(saved.text, reading=reading, substitutions=given)
    _print_answer(answer, ResultFormat.json if as_json else format_)
    for parameter in saved.parameters:
        value = given[parameter.name]
        is_work = parameter.type in {"model", "dataset"}
        if is_work and isinstance(value, NamedNode) and not latest.knows(value):
            raise UnknownWorkError(f"{value.value} is not in the graph: nothing is known of it")


@app.command()
def sparql(
    file: Annotated[str, typer.Argument(help="A file with SPARQL, or - for standard input.")],
    data: Data = DEFAULT_DATA,
    sparql_url: SparqlUrl = None,
    reading: Reading = DEFAULT_READING,
    format_: Annotated[ResultFormat, typer.Option("--format")] = ResultFormat.table,
    as_json: AsJson = False,
) -> None:
    """Answer a SPARQL query."""
    from licet_service.remote import opened

    text = _read_text(file)
    try:
        answer = opened(data, sparql_url).query(text, reading=reading)
    except SyntaxError as error:
        raise UsageError(f"not a SPARQL query: {error.msg}") from error
    _print_answer(answer, ResultFormat.json if as_json else format_)


def _read_text(file: str) -> str:
    try:
        return sys.stdin.read() if file == "-" else Path(file).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"cannot read {file}: {error}") from error


def _print_answer(
    answer: QuerySolutions | QueryBoolean | QueryTriples, format_: ResultFormat
) -> None:
    from pyoxigraph import (
        QueryResultsFormat,
        QuerySolutions,
        QueryTriples,
        RdfFormat,
        serialize,
    )

    from licet_service.report import table_lines

    if isinstance(answer, QueryTriples):
        graph_formats = {
            ResultFormat.nt: RdfFormat.N_TRIPLES,
            ResultFormat.rdfxml: RdfFormat.RDF_XML,
            ResultFormat.xml: RdfFormat.RDF_XML,
            ResultFormat.jsonld: RdfFormat.JSON_LD,
            ResultFormat.json: RdfFormat.JSON_LD,
        }
        rdf_format = graph_formats.get(format_, RdfFormat.TURTLE)
        _echo(serialize(answer, format=rdf_format, prefixes=PREFIXES))
        return
    result_formats = {
        ResultFormat.json: QueryResultsFormat.JSON,
        ResultFormat.xml: QueryResultsFormat.XML,
        ResultFormat.csv: QueryResultsFormat.CSV,
        ResultFormat.tsv: QueryResultsFormat.TSV,
    }
    if format_ in result_formats:
        _echo(answer.serialize(format=result_formats[format_]))
    elif isinstance(answer, QuerySolutions):
        names = [variable.value for variable in answer.variables]
        emit(table_lines(names, [[_short(row[name]) for name in names] for row in answer]))
    else:
        emit(["true" if answer else "false"])


def _echo(serialized: bytes | None) -> None:
    emit([(serialized or b"").decode().rstrip("\n")])


def _short(value: Any) -> str:
    if value is None:
        return ""
    text: str = value.value
    for prefix, namespace in PREFIXES.items():
        if text.startswith(namespace):
            return f"{prefix}:{text.removeprefix(namespace)}"
    return text


@app.command()
def explain(
    work: Annotated[str, typer.Argument(help="owner/name, datasets/owner/name or services/app.")],
    finding: Annotated[str, typer.Option("--finding", help="Only findings of this code.")] = "",
    clause: Annotated[
        str,
        typer.Option("--clause", help="Only this clause, as gemma/pass-through, and its findings."),
    ] = "",
    ancestors: Annotated[
        int, typer.Option("--ancestors", min=1, help="Works listed at most for each term.")
    ] = 20,
    data: Data = DEFAULT_DATA,
    reading: Reading = DEFAULT_READING,
    format_: Annotated[ExplanationFormat, typer.Option("--format")] = ExplanationFormat.text,
    as_json: AsJson = False,
) -> None:
    """Say why each clause binds a work and why each finding holds."""
    from licet_service.dataset import Dataset
    from licet_service.explanations import explain as explain_work

    answer = explain_work(
        Dataset(data).latest(),
        work,
        reading,
        finding=finding,
        clause=clause,
        ancestors=ancestors,
        format="json" if as_json else format_.value,
    )
    emit([answer if isinstance(answer, str) else json.dumps(answer, indent=2)])


@app.command()
def check(
    work: Annotated[
        str,
        typer.Argument(
            help="A repository's folder, or owner/name, datasets/owner/name or services/app."
        ),
    ],
    work_id: Annotated[
        str | None,
        typer.Option("--id", help="Of a folder, the owner/name under which it is published."),
    ] = None,
    upstream: Annotated[
        list[str] | None,
        typer.Option(
            "--upstream",
            help="Of a folder, OWNER/NAME=FOLDER with the files of a work upstream (repeatable).",
        ),
    ] = None,
    live: Annotated[bool, typer.Option("--live", help="Ask the Hub, not the snapshot.")] = False,
    fix: Annotated[
        bool, typer.Option("--fix", help="Of a folder, write a patch with what can be written.")
    ] = False,
    apply: Annotated[
        bool, typer.Option("--apply", help="Of --fix, write into the folder and check again.")
    ] = False,
    patch: Annotated[
        Path | None, typer.Option("--patch", help="Of --fix, the file to write the patch to.")
    ] = None,
    format_: Annotated[CheckFormat, typer.Option("--format")] = CheckFormat.text,
    data: Data = DEFAULT_DATA,
    reading: Reading = DEFAULT_READING,
    as_json: AsJson = False,
) -> None:
    """Say what is wrong with a work, what is unknown, and which duties it fulfils."""
    from licet_service import check_command

    question = check_command.CheckQuestion(
        work, data, reading, work_id, live, check_command.given_upstream(upstream or ())
    )
    chosen = CheckFormat.json if as_json else format_
    if status := check_command.run(
        question, chosen, fix=fix, apply=apply, patch=patch, emit=emit, say=say
    ):
        raise typer.Exit(status)


@app.command()
def licenses(
    license_id: Annotated[str | None, typer.Argument(help="One license; without it, all.")] = None,
    format_: Annotated[
        LicenseFormat | None, typer.Option("--format", help="One: markdown. All: table.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """List the licenses of the catalogue, or show one."""
    from licet_service import license_view
    from licet_service.license_page import license_page
    from licet_service.license_table import comparison_markdown, overview
    from licet_service.odrl import odrl_catalogue, odrl_policy
    from licet_service.report import table_lines

    ids = license_view.license_ids() if license_id is None else [license_id]
    views = [license_view.license_view(id_) for id_ in ids]
    chosen = LicenseFormat.json if as_json else format_
    if chosen is LicenseFormat.json:
        found = [asdict(view) for view in views]
        whole = found if license_id is None else found[0]
        emit([json.dumps(whole, indent=2, ensure_ascii=False)])
    elif chosen is LicenseFormat.odrl:
        policies = odrl_catalogue(views) if license_id is None else odrl_policy(views[0])
        emit([json.dumps(policies, indent=2, ensure_ascii=False)])
        if left_out := [view.id for view in views if not view.read]:
            say(f"left out {len(left_out)} licenses whose text has not been read")
    elif chosen is LicenseFormat.turtle:
        emit(license_view.license_turtle(id_) for id_ in ids)
    elif license_id is not None and chosen is not LicenseFormat.table:
        emit(license_page(views[0]))
    elif chosen is LicenseFormat.markdown:
        emit(comparison_markdown(views))
    else:
        emit(table_lines(*overview(views)))


@app.command()
def findings(as_json: AsJson = False) -> None:
    """Describe the findings: what each says and rests on, and what discharges it."""
    from licet_service.findings_page import finding_pages, findings_markdown

    described = json.dumps([asdict(page) for page in finding_pages()], indent=2)
    emit([described] if as_json else findings_markdown())


@app.command()
def compatibility(
    upstream: Annotated[
        list[str], typer.Argument(help="The license of each model that is built on.")
    ],
    offer: Annotated[
        list[str] | None,
        typer.Option(
            "--offer", help="Only this license or SPDX expression (repeatable); without it, all."
        ),
    ] = None,
    relation: Annotated[
        str, typer.Option("--relation", help="How, as a property of the ontology.")
    ] = "",
    data: Data = DEFAULT_DATA,
    reading: Reading = DEFAULT_READING,
    as_json: AsJson = False,
) -> None:
    """Say which licenses a derivative of works under given licenses may carry, and why not."""
    from licet_ontology.expressions import parse_expression
    from licet_ontology.names import license_named
    from licet_ontology.terms import term
    from licet_reasoning.compatibility import compatible_licenses
    from licet_reasoning.quotient import compile_reading, shipped_catalogue
    from licet_service import license_view
    from licet_service.report import compatibility_json, compatibility_lines, compatibility_table

    parents = [license_named(name) for name in upstream]
    if None in parents:
        missing = upstream[parents.index(None)]
        raise UsageError(f"no license {missing!r} in the catalogue; licet licenses lists all")
    program = compile_reading(reading)
    relation = relation or ("mergedFrom" if len(parents) > 1 else "finetunedFrom")
    if term(relation) not in program.automaton.relation_index:
        known = sorted(local_name(iri) for iri in program.automaton.relation_index)
        raise UsageError(f"no relation {relation!r}: choose one of {', '.join(known)}")
    names = offer or [id_ for id_ in license_view.license_ids() if license_view.is_read(id_)]
    offers = {name: parse_expression(name) for name in names}
    if unknown := [name for name in names if not offers[name].alternatives]:
        raise UsageError(f"no license in {unknown[0]!r} is in the catalogue")
    found = compatible_licenses(
        [iri for iri in parents if iri],
        term(relation),
        offers,
        program,
        shipped_catalogue(data / "cache" if data.is_dir() else None),
    )
    if as_json:
        emit([json.dumps([compatibility_json(one) for one in found], indent=2)])
    elif offer:
        emit(compatibility_lines(found))
    else:
        emit(compatibility_table(found))
    answers = {one.answer for one in found}
    if offer and "may not" in answers:
        raise typer.Exit(EXIT_ERRORS)
    if offer and "unknown" in answers:
        raise typer.Exit(EXIT_UNKNOWN)


@app.command()
def plan(
    file: Annotated[
        Path, typer.Argument(help="A plan as YAML, JSON or RDF; docs/plans.md tells how.")
    ],
    data: Data = DEFAULT_DATA,
    reading: Reading = DEFAULT_READING,
    as_json: AsJson = False,
) -> None:
    """Judge a planned work before it exists: licenses, rights, duties, what is wrong or unknown."""
    from licet_service.plan_command import run

    run(file, data, reading, as_json=as_json, emit=emit)


@app.command()
def suggest(
    works: Annotated[
        list[str],
        typer.Argument(help="Models or datasets/owner/name on the Hub, or license:NAME."),
    ],
    do: Annotated[
        str, typer.Option("--as", help="What is done to them, as in a plan; merge or fine-tune.")
    ] = "",
    how: Annotated[str, typer.Option("--publish", help="share, sell or internal.")] = "share",
    form: Annotated[
        str, typer.Option("--form", help="weights, binary, service, output or data.")
    ] = "",
    purpose: Annotated[str, typer.Option("--purpose", help="commercial or non-commercial.")] = "",
    data: Data = DEFAULT_DATA,
    reading: Reading = DEFAULT_READING,
    as_json: AsJson = False,
) -> None:
    """Suggest licenses for what is made from works, least restrictive first, or what to change."""
    from licet_service.suggest_command import run

    run(
        works,
        data,
        reading,
        do=do,
        how=how,
        form=form,
        purpose=purpose,
        as_json=as_json,
        emit=emit,
    )


@app.command()
def identify(
    file: Annotated[
        str, typer.Argument(help="A file with a license text, or - for standard input.")
    ],
    as_json: AsJson = False,
) -> None:
    """Say which license a text is; status 3 unless it is that license and nothing else."""
    from licet_ontology.identify import shipped_identifier
    from licet_service.report import identification_lines

    found = shipped_identifier().identify(_read_text(file))
    if as_json:
        emit([json.dumps(asdict(found), indent=2, ensure_ascii=False)])
    else:
        emit(identification_lines(found))
    if found.status != "identified":
        raise typer.Exit(EXIT_UNKNOWN)


@app.command()
def export(
    work: Annotated[
        str | None,
        typer.Argument(help="A work, for its bill of materials; without it, the whole snapshot."),
    ] = None,
    to: Annotated[
        Path | None,
        typer.Option("--to", help="The folder of dumps; DATA/dumps, which is served, without it."),
    ] = None,
    formats: Annotated[
        list[str] | None,
        typer.Option(
            "--format",
            help="Of a work, spdx3 (the default) or cyclonedx. Of the snapshot, only this of "
            "nquads, trig and parquet (repeatable); without it, all.",
        ),
    ] = None,
    data: Data = DEFAULT_DATA,
    force: Annotated[
        bool, typer.Option("--force", help="Write a dump of this snapshot again.")
    ] = False,
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
    if unknown := [name for name in formats or () if name not in known]:
        raise UsageError(f"no format {unknown[0]!r} of dumps: choose one of {', '.join(known)}")
    chosen = tuple(known[name] for name in formats or known)
    folder = write(latest, to or data / FOLDER, chosen, say, force=force)
    emit([str(folder)])


for command in (snapshot_commands.snapshots, snapshot_commands.rollback, snapshot_commands.backup):
    app.command()(command)


@app.command()
def validate(
    ontology_only: Annotated[
        bool, typer.Option("--ontology", help="Only the ontology and the license catalogue.")
    ] = False,
    data: Data = DEFAULT_DATA,
    as_json: AsJson = False,
) -> None:
    """Check ontology, catalogue and snapshot; status 1 if anything is wrong."""
    from licet_service.validation import catalogue_faults, snapshot_faults

    faults = catalogue_faults(say)
    if not ontology_only:
        from licet_service.dataset import Dataset

        faults += snapshot_faults(Dataset(data).latest(), say)
    if as_json:
        emit([json.dumps(faults, indent=2)])
    else:
        emit(faults or ["nothing wrong"])
    if faults:
        raise typer.Exit(EXIT_ERRORS)
