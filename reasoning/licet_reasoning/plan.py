"""A planned work, as somebody writes it down: works, actions, publications, the licensee.

Plans come from strangers too. What is read is bounded, every field must be one that plans have,
and a name that stands for no work is an error, never a work about which nothing is said.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING, Any, ClassVar, Literal, cast, get_args

from licet_ontology.errors import UsageError
from licet_reasoning.countries import COUNTRIES, RESERVED

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

MAX_WORKS = 5_000
"""Works and actions of one plan, each."""
MAX_NAMES = 500
"""Works that one field names."""
MAX_TEXT_CHARS = 300
MAX_PUBLICATIONS = 200

Names = str | tuple[str, ...]
WorkType = Literal["model", "dataset"]
Form = Literal["weights", "quantized", "adapter", "binary", "data"]
Verb = Literal[
    "copy",
    "combine",
    "modify",
    "fine-tune",
    "adapter",
    "quantize",
    "convert",
    "merge",
    "prune",
    "abliterate",
    "train",
    "distill",
    "generate",
    "embed",
    "retrieve",
]
Manner = Literal["internal", "share", "sell"]
Shape = Literal["weights", "binary", "service", "output", "data"]
Purpose = Literal["commercial", "non-commercial"]


@dataclass(frozen=True, kw_only=True)
class PlannedWork:
    """A work that the plan begins with.

    Attributes:
        hub: The id of a model on the Hub; its license and lineage come from the snapshot.
        dataset: The same of a dataset.
        type: What a work that is not on the Hub is.
        license: Under which that work is offered: names or SPDX expressions, together.
        form: In which form it is at hand.
        gated: Whether who wants it must agree first.
        name: What it is called.
    """

    __pydantic_config__: ClassVar[Mapping[str, str]] = {"extra": "forbid"}
    hub: str | None = None
    dataset: str | None = None
    type: WorkType = "model"
    license: Names = ()
    form: Form | None = None
    gated: bool | None = None
    name: str | None = None


@dataclass(frozen=True, kw_only=True)
class Action:
    """What is done to works, and what comes of it.

    Attributes:
        do: What is done.
        makes: The name, within the plan, of what comes of it.
        of: The works that it is done to; of retrieve, model and corpora.
        on: Data that a model is trained, fine-tuned or distilled on.
        by: The models that generate or embed.
        student: Of distill, the model that learns, if it exists before.
        uses: Works used beside, of which nothing remains in the result.
        contains: Works whose substance the result contains, inseparably.
        ships: Works handed over with the result, as parts of their own.
        name: What the result is called, ``owner/name`` as on the Hub.
        license: Under which the result is to be offered, if that is decided.
        type: What the result is, if not what such an action makes.
    """

    __pydantic_config__: ClassVar[Mapping[str, str]] = {"extra": "forbid"}
    do: Verb
    makes: str
    of: Names = ()
    on: Names = ()
    by: Names = ()
    student: Names = ()
    uses: Names = ()
    contains: Names = ()
    ships: Names = ()
    name: str | None = None
    license: Names = ()
    type: WorkType | None = None


@dataclass(frozen=True, kw_only=True)
class Publication:
    """What is done with a work in the end.

    Attributes:
        work: Which.
        how: Whether it stays inside, is shared, or is sold.
        form: As what: its weights, in a form that cannot be adapted, as a service, its output,
            or data.
        license: Under which, if that is decided and not said of the work.
        purpose: Whether what is done with it is commercial; selling is.
    """

    __pydantic_config__: ClassVar[Mapping[str, str]] = {"extra": "forbid"}
    work: str
    how: Manner = "share"
    form: Shape | None = None
    license: Names = ()
    purpose: Purpose | None = None


@dataclass(frozen=True, kw_only=True)
class Licensee:
    """Facts about whoever carries the plan out; what is not known is left out.

    Attributes:
        monthly_users: Monthly active users of all products and services, affiliates' included.
        annual_revenue_usd: In US dollars.
        country: ISO 3166 code of two letters.
    """

    __pydantic_config__: ClassVar[Mapping[str, str]] = {"extra": "forbid"}
    monthly_users: float | None = None
    annual_revenue_usd: float | None = None
    country: str | None = None


ANYONE = Licensee()
"""A licensee of whom nothing is known."""


@dataclass(frozen=True, kw_only=True)
class Plan:
    """A plan.

    Attributes:
        works: The works it begins with, by a name of the plan's own; a text is an id on the Hub.
        actions: In any order.
        publish: What is published, and how. What is made and not named here stays inside.
        licensee: Who carries it out.
        title: For people.
    """

    __pydantic_config__: ClassVar[Mapping[str, str]] = {"extra": "forbid"}
    works: dict[str, str | PlannedWork] = field(default_factory=dict[str, "str | PlannedWork"])
    actions: tuple[Action, ...] = ()
    publish: tuple[Publication, ...] = ()
    licensee: Licensee = ANYONE
    title: str = ""


def names(value: Names) -> tuple[str, ...]:
    """Return one name or several as several."""
    return (value,) if isinstance(value, str) else value


_LOCAL = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9._-]{0,62}[A-Za-z0-9_.-])?\Z", re.ASCII)
_CHOICES: dict[tuple[type, str], tuple[str, ...]] = {
    (PlannedWork, "type"): get_args(WorkType),
    (PlannedWork, "form"): get_args(Form),
    (Action, "do"): get_args(Verb),
    (Action, "type"): get_args(WorkType),
    (Publication, "how"): get_args(Manner),
    (Publication, "form"): get_args(Shape),
    (Publication, "purpose"): get_args(Purpose),
}
_TRUE, _FALSE = frozenset({"yes", "true"}), frozenset({"no", "false"})


def read_plan(value: Any) -> Plan:
    """Return the plan that plain data hold: mappings, lists, texts, numbers, true and false.

    Raises:
        UsageError: They hold none, or more than is read.
    """
    given = _mapping(value, "the plan", Plan)
    works = given.get("works") or {}
    if not isinstance(works, dict):
        raise UsageError("works is no mapping from names to works")
    if len(works) > MAX_WORKS:
        raise UsageError(f"works holds {len(works):,} works; {MAX_WORKS:,} are read at most")
    planned: dict[str, str | PlannedWork] = {}
    for name, work in works.items():
        _local(name, "works")
        if isinstance(work, str):
            planned[name] = _text(work, f"works.{name}")
        else:
            planned[name] = _record(PlannedWork, work, f"works.{name}")
    actions = tuple(
        _record(Action, one, f"actions[{i}]")
        for i, one in enumerate(_list(given.get("actions"), "actions", MAX_WORKS))
    )
    for i, action in enumerate(actions):
        _local(action.makes, f"actions[{i}].makes")
    publish = given.get("publish")
    publications = tuple(
        _record(Publication, {"work": one} if isinstance(one, str) else one, f"publish[{i}]")
        for i, one in enumerate(
            _list(
                [publish] if isinstance(publish, (str, dict)) else publish,
                "publish",
                MAX_PUBLICATIONS,
            )
        )
    )
    plan = Plan(
        works=planned,
        actions=actions,
        publish=publications,
        licensee=_record(Licensee, given.get("licensee") or {}, "licensee"),
        title=_text(given.get("title") or "", "title"),
    )
    _check(plan)
    return plan


def _check(plan: Plan) -> None:
    """Raise an error if a plan speaks of nothing, or twice of the same."""
    made = [action.makes for action in plan.actions]
    twice = {name for name in made if made.count(name) > 1} if len(set(made)) < len(made) else set()
    if twice := twice | (set(made) & set(plan.works)):
        raise UsageError(f"{min(twice)!r} is the name of more than one work of the plan")
    if not plan.actions and not plan.publish:
        raise UsageError("the plan has neither actions nor anything to publish")
    for name, work in plan.works.items():
        if isinstance(work, PlannedWork):
            if work.hub and work.dataset:
                raise UsageError(
                    f"works.{name} is either a model or a dataset of the Hub, not both"
                )
            if (work.hub or work.dataset) and work.license:
                raise UsageError(
                    f"works.{name} is on the Hub, whose snapshot says its license; "
                    "leave out license, or hub"
                )
    country = plan.licensee.country
    if country is not None and country.upper() not in COUNTRIES | RESERVED:
        raise UsageError(f"licensee.country: {country!r} is no ISO 3166 code of two letters")


def _record(class_: type[Any], value: Any, where: str) -> Any:
    given = _mapping(value, where, class_)
    read: dict[str, Any] = {}
    for one in fields(class_):
        here = f"{where}.{one.name}"
        content = given.get(one.name)
        if content is None:
            continue
        if (class_, one.name) in _CHOICES:
            read[one.name] = _choice(content, here, _CHOICES[class_, one.name])
        elif one.type == "Names":
            listed = content if isinstance(content, (list, tuple)) else [content]
            if len(listed) > MAX_NAMES:
                raise UsageError(
                    f"{here} names {len(listed):,} works; {MAX_NAMES} are read at most"
                )
            read[one.name] = tuple(_text(item, here) for item in listed)
        elif one.type == "float | None":
            read[one.name] = _number(content, here)
        elif one.type == "bool | None":
            read[one.name] = _truth(content, here)
        else:
            read[one.name] = _text(content, here)
    required = [one.name for one in fields(class_) if one.name in {"do", "makes", "work"}]
    for name in required:
        if not read.get(name):
            raise UsageError(f"{where} lacks {name}")
    return class_(**read)


def _mapping(value: Any, where: str, class_: type[Any]) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise UsageError(f"{where} is no mapping")
    given: dict[Any, Any] = value
    known = [one.name for one in fields(class_)]
    for name in given:
        if name not in known:
            raise UsageError(
                f"{where} has no field {_shown(name)}{meant(name, known)}: "
                f"choose of {', '.join(known)}"
            )
    return given


def meant(name: Any, known: Iterable[str]) -> str:
    """Return a question after the word that is most like one that is none of those known."""
    from difflib import get_close_matches  # which a plan without an error need not wait for

    near = get_close_matches(str(name).lower(), known, 1)
    return f" (did you mean {near[0]!r}?)" if near else ""


def _list(value: Any, where: str, most: int) -> list[Any]:
    if value is None:
        return []
    if not isinstance(value, (list, tuple)):
        raise UsageError(f"{where} is no list")
    if len(value) > most:
        raise UsageError(f"{where} holds {len(value):,} entries; {most:,} are read at most")
    return list(cast("list[Any]", value))


def _text(value: Any, where: str) -> str:
    if not isinstance(value, str):
        raise UsageError(f"{where}: {_shown(value)} is no text")
    if len(value) > MAX_TEXT_CHARS:
        raise UsageError(f"{where} is longer than {MAX_TEXT_CHARS} characters")
    return value.strip()


def _local(name: Any, where: str) -> None:
    if not isinstance(name, str) or not _LOCAL.match(name):
        raise UsageError(
            f"{where}: {_shown(name)} cannot name a work within the plan: use letters, digits, "
            "point, hyphen and underscore"
        )


def _choice(value: Any, where: str, choices: tuple[str, ...]) -> str:
    text = (
        value.strip().lower().replace("_", "-").replace(" ", "-") if isinstance(value, str) else ""
    )
    text = {"finetune": "fine-tune", "lora": "adapter", "distil": "distill"}.get(text, text)
    if text not in choices:
        raise UsageError(
            f"{where}: {_shown(value)} is none of {', '.join(choices)}{meant(text, choices)}"
        )
    return text


def _number(value: Any, where: str) -> float:
    try:
        number = float(value) if not isinstance(value, bool) else math.nan
    except (TypeError, ValueError, OverflowError):
        number = math.nan
    if not math.isfinite(number) or number < 0:
        raise UsageError(f"{where}: {_shown(value)} is no number from zero up")
    return number


def _truth(value: Any, where: str) -> bool:
    text = str(value).lower()
    if text not in _TRUE | _FALSE:
        raise UsageError(f"{where}: {_shown(value)} is neither yes nor no")
    return text in _TRUE


def _shown(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 80 else f"{text[:77]}..."
