"""The commands that are asked about works, published or planned."""

from __future__ import annotations

import enum
import json
from typing import TYPE_CHECKING

import click

from licet_service import check_command
from licet_service import command_options as options
from licet_service.check_command import CheckFormat
from licet_service.terminal import emit, say

if TYPE_CHECKING:
    from pathlib import Path


class ExplanationFormat(enum.StrEnum):
    """How an explanation is given."""

    text = "text"
    json = "json"
    turtle = "turtle"
    jsonld = "jsonld"


@click.command()
@click.argument("work", help="owner/name, datasets/owner/name or services/app.")
@click.option("--finding", default="", help="Only findings of this code.")
@click.option(
    "--clause", default="", help="Only this clause, as gemma/pass-through, and its findings."
)
@click.option(
    "--ancestors",
    type=click.IntRange(min=1),
    default=20,
    help="Works listed at most for each term.",
)
@options.data
@options.reading
@click.option(
    "--format", "format_", type=click.Choice(ExplanationFormat), default=ExplanationFormat.text
)
@options.as_json
def explain(
    work: str,
    finding: str,
    clause: str,
    ancestors: int,
    data: Path,
    reading: str,
    format_: ExplanationFormat,
    as_json: bool,
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


@click.command()
@click.argument(
    "work", help="A repository's folder, or owner/name, datasets/owner/name or services/app."
)
@click.option("--id", "work_id", help="Of a folder, the owner/name under which it is published.")
@click.option(
    "--upstream",
    multiple=True,
    help="Of a folder, OWNER/NAME=FOLDER with the files of a work upstream (repeatable).",
)
@click.option("--live", is_flag=True, help="Ask the Hub, not the snapshot.")
@click.option("--fix", is_flag=True, help="Of a folder, write a patch with what can be written.")
@click.option("--apply", is_flag=True, help="Of --fix, write into the folder and check again.")
@click.option("--patch", type=options.FOLDER, help="Of --fix, the file to write the patch to.")
@click.option("--format", "format_", type=click.Choice(CheckFormat), default=CheckFormat.text)
@options.data
@options.reading
@options.as_json
def check(
    work: str,
    work_id: str | None,
    upstream: tuple[str, ...],
    live: bool,
    fix: bool,
    apply: bool,
    patch: Path | None,
    format_: CheckFormat,
    data: Path,
    reading: str,
    as_json: bool,
) -> None:
    """Say what is wrong with a work, what is unknown, and which duties it fulfils."""
    question = check_command.CheckQuestion(
        work, data, reading, work_id, live, check_command.given_upstream(upstream)
    )
    chosen = CheckFormat.json if as_json else format_
    options.leave(
        check_command.run(question, chosen, fix=fix, apply=apply, patch=patch, emit=emit, say=say)
    )


@click.command()
@click.argument(
    "file", type=options.FOLDER, help="A plan as YAML, JSON or RDF; docs/plans.md tells how."
)
@options.data
@options.reading
@options.as_json
def plan(file: Path, data: Path, reading: str, as_json: bool) -> None:
    """Judge a planned work before it exists: licenses, rights, duties, what is wrong or unknown."""
    from licet_service.plan_command import run

    options.leave(run(file, data, reading, as_json=as_json, emit=emit))


@click.command()
@click.argument(
    "works",
    nargs=-1,
    required=True,
    help="Models or datasets/owner/name on the Hub, or license:NAME.",
)
@click.option(
    "--as", "do", default="", help="What is done to them, as in a plan; merge or fine-tune."
)
@click.option("--publish", "how", default="share", help="share, sell or internal.")
@click.option("--form", default="", help="weights, binary, service, output or data.")
@click.option("--purpose", default="", help="commercial or non-commercial.")
@click.option("--monthly-users", type=float, help="Of the licensee, with affiliates.")
@click.option("--annual-revenue-usd", type=float, help="Of the licensee.")
@click.option("--country", help="Of the licensee, by two letters.")
@options.data
@options.reading
@options.as_json
def suggest(
    works: tuple[str, ...],
    do: str,
    how: str,
    form: str,
    purpose: str,
    monthly_users: float | None,
    annual_revenue_usd: float | None,
    country: str | None,
    data: Path,
    reading: str,
    as_json: bool,
) -> None:
    """Suggest licenses for what is made from works, least restrictive first, or what to change."""
    from licet_service.suggest_command import run

    options.leave(
        run(
            list(works),
            data,
            reading,
            do=do,
            how=how,
            form=form,
            purpose=purpose,
            licensee={
                "monthly_users": monthly_users,
                "annual_revenue_usd": annual_revenue_usd,
                "country": country,
            },
            as_json=as_json,
            emit=emit,
        )
    )
