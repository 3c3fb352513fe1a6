"""The commands that are asked about licenses, their texts, and what findings say."""

from __future__ import annotations

import enum
import json
from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from licet_ontology.errors import UsageError
from licet_ontology.terms import local_name
from licet_service import command_options as options
from licet_service.terminal import emit, read_text, say

if TYPE_CHECKING:
    from pathlib import Path


class LicenseFormat(enum.StrEnum):
    """How licenses are shown."""

    table = "table"
    markdown = "markdown"
    json = "json"
    turtle = "turtle"
    odrl = "odrl"


@click.command()
@click.argument("license_id", required=False, help="One license; without it, all.")
@click.option(
    "--format", "format_", type=click.Choice(LicenseFormat), help="One: markdown. All: table."
)
@options.as_json
def licenses(license_id: str | None, format_: LicenseFormat | None, as_json: bool) -> None:
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


@click.command()
@options.as_json
def findings(as_json: bool) -> None:
    """Describe the findings: what each says and rests on, and what discharges it."""
    from licet_service.findings_page import finding_pages, findings_markdown

    described = json.dumps([asdict(page) for page in finding_pages()], indent=2)
    emit([described] if as_json else findings_markdown())


@click.command()
@click.argument(
    "upstream", nargs=-1, required=True, help="The license of each model that is built on."
)
@click.option(
    "--offer",
    multiple=True,
    help="Only this license or SPDX expression (repeatable); without it, all.",
)
@click.option("--relation", default="", help="How, as a property of the ontology.")
@options.data
@options.reading
@options.as_json
def compatibility(
    upstream: tuple[str, ...],
    offer: tuple[str, ...],
    relation: str,
    data: Path,
    reading: str,
    as_json: bool,
) -> None:
    """Say which licenses a derivative of works under given licenses may carry, and why not."""
    from licet_ontology.expressions import parse_expression
    from licet_ontology.names import license_named
    from licet_ontology.terms import term
    from licet_reasoning.compatibility import compatible_licenses
    from licet_reasoning.quotient import compile_reading, shipped_catalogue
    from licet_service import license_view
    from licet_service.compatibility_report import (
        compatibility_json,
        compatibility_lines,
        compatibility_table,
    )

    parents = [license_named(name) for name in upstream]
    if None in parents:
        missing = upstream[parents.index(None)]
        raise UsageError(f"no license {missing!r} in the catalogue; licet licenses lists all")
    program = compile_reading(reading)
    relation = relation or ("mergedFrom" if len(parents) > 1 else "finetunedFrom")
    if term(relation) not in program.automaton.relation_index:
        known = sorted(local_name(iri) for iri in program.automaton.relation_index)
        raise UsageError(f"no relation {relation!r}: choose one of {', '.join(known)}")
    names = list(offer) or [id_ for id_ in license_view.license_ids() if license_view.is_read(id_)]
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
        options.leave(options.EXIT_ERRORS)
    if offer and "unknown" in answers:
        options.leave(options.EXIT_UNKNOWN)


@click.command()
@click.argument("file", help="A file with a license text, or - for standard input.")
@options.as_json
def identify(file: str, as_json: bool) -> None:
    """Say which license a text is; status 3 unless it is that license and nothing else."""
    from licet_ontology.identify import shipped_identifier
    from licet_service.report import identification_lines

    found = shipped_identifier().identify(read_text(file))
    if as_json:
        emit([json.dumps(asdict(found), indent=2, ensure_ascii=False)])
    else:
        emit(identification_lines(found))
    if found.status != "identified":
        options.leave(options.EXIT_UNKNOWN)
