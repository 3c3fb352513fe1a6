"""From a plan to hypothetical works: actions as relations, publications as works of their own.

What is published unchanged is a copy of what it repeats. A service is a work that combines the
work it offers; what a model puts out is a dataset that it generated. So the terms that reach
copies, services and output by the ontology reach what the plan does.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property
from graphlib import CycleError, TopologicalSorter
from typing import TYPE_CHECKING

from licet_ingest.identifiers import id_fault, named_work
from licet_ingest.records import Derivation, WorkRecord
from licet_ontology.errors import UsageError
from licet_ontology.names import normalized_name
from licet_ontology.terms import term, work_iri
from licet_reasoning.hypothesis import KEPT_WORKS
from licet_reasoning.plan import Action, PlannedWork, Publication, meant, names
from licet_reasoning.spelling import Key

if TYPE_CHECKING:
    from collections.abc import Iterable

    from licet_reasoning.hypothesis import Ground
    from licet_reasoning.plan import Names, Plan

GIVEN = "plan"
"""Source of the derivations that a plan states."""

RELATIONS = {
    "copy": "copyOf",
    "modify": "adaptedFrom",
    "fine-tune": "finetunedFrom",
    "adapter": "adapterFor",
    "quantize": "quantizedFrom",
    "convert": "convertedFrom",
    "merge": "mergedFrom",
    "prune": "prunedFrom",
    "abliterate": "abliteratedFrom",
    "train": "finetunedFrom",
    "distill": "distilledFrom",
    "generate": "reuses",
    "embed": "adaptedFrom",
    "retrieve": "combines",
    "combine": "combines",
}
"""How what an action makes derives from what it is done to."""
_MAKES = {"generate": "dataset", "embed": "dataset", "retrieve": "service"}
_MODELS_ONLY = frozenset(
    {"fine-tune", "adapter", "quantize", "prune", "abliterate", "train", "distill", "merge"}
)


@dataclass(frozen=True)
class Use:
    """A work that an action makes use of.

    Attributes:
        work: Which.
        do: The action.
        role: ``acted-on``, ``trained-on``, ``generator``, ``used``, ``contained`` or ``shipped``.
        relation: How the result derives from it.
    """

    work: Key
    do: str
    role: str
    relation: str


@dataclass(frozen=True)
class Release:
    """One publication of one work.

    Attributes:
        publication: As it was planned, its form filled in.
        work: The work that is published.
        node: The work in whose place the terms of the publication are judged: the work itself,
            its copy, the service, or the output.
    """

    publication: Publication
    work: Key
    node: Key


@dataclass
class Prepared:
    """A plan as works and derivations.

    Attributes:
        records: The works, those of the Hub left out.
        keys: The works by their names in the plan.
        made: The works that actions make, and by which.
        uses: What each of these makes use of, directly.
        releases: What is published; works that are not come last, as kept inside.
        licensed: The works whose license the plan says.
    """

    records: dict[Key, WorkRecord] = field(default_factory=dict[Key, WorkRecord])
    keys: dict[str, Key] = field(default_factory=dict[str, Key])
    made: dict[Key, Action] = field(default_factory=dict[Key, Action])
    uses: dict[Key, tuple[Use, ...]] = field(default_factory=dict[Key, "tuple[Use, ...]"])
    releases: list[Release] = field(default_factory=list["Release"])
    licensed: set[Key] = field(default_factory=set[Key])

    @property
    def name_of(self) -> dict[Key, str]:
        """The name in the plan of each work; of one on the Hub that it names by its id, the id."""
        return {
            key: key[1] if name.lower() == key[1].lower() and key not in self.records else name
            for name, key in self.keys.items()
        }

    def lineage_of(self, work: Key) -> list[Key]:
        """Return a work and all that the plan makes it from, each once, nearest first."""
        found = {work: None}
        todo = [work]
        for key in todo:
            for use in self.uses.get(key, ()):
                if use.work not in found:
                    found[use.work] = None
                    todo.append(use.work)
        return todo

    def used_for(self, work: Key) -> dict[Use, None]:
        """Return every use of a work that the plan does not make, on the way to a work."""
        if work not in self._used_for:
            found: dict[Use, None] = {}
            seen, todo = {work}, [work]
            for key in todo:
                for use in self.uses.get(key, ()):
                    if use.work not in self.made:
                        found[use] = None
                    elif use.work in self._used_for:
                        found.update(self._used_for[use.work])
                    elif use.work not in seen:
                        seen.add(use.work)
                        todo.append(use.work)
            self._used_for[work] = found
        return self._used_for[work]

    @cached_property
    def _used_for(self) -> dict[Key, dict[Use, None]]:
        return {}


def changes(action: Action) -> bool:
    """Return whether an action changes what it is done to."""
    return action.do not in {"copy", "combine", "retrieve", "generate"}


def prepare(plan: Plan, ground: Ground) -> Prepared:
    """Return a plan as works and derivations.

    Raises:
        UsageError: The plan names a work that it neither gives nor makes and that cannot be one
            of the Hub, makes one from itself, or does to a work what cannot be done to it.
    """
    return _Preparation(plan, ground).prepared()


def work_on_hub(text: str, ground: Ground, where: str) -> Key:
    """Return the work of the Hub that a text names: ``owner/name``, ``datasets/owner/name``.

    Args:
        text: As somebody wrote it.
        ground: The snapshot, where it may be spelled in another case.
        where: In what.

    Raises:
        UsageError: It cannot name one.
    """
    return _work_of_kind(*_as_written(text), ground, where)


def _as_written(text: str) -> tuple[str, str]:
    """Return the id and kind of the work of the Hub that a text may name."""
    kind, _, rest = text.partition("/")
    if kind in {"datasets", "dataset"} and rest:
        return rest, "dataset"
    return (rest if kind == "model" and "/" in rest else text), "model"


def _work_of_kind(text: str, kind: str, ground: Ground, where: str) -> Key:
    found, reason = named_work(text, kind)
    if found is None:
        raise UsageError(f"{where}: {text!r} {reason}")
    return ground.meant((kind, found))


class _Preparation:
    def __init__(self, plan: Plan, ground: Ground) -> None:
        self._plan = plan
        self._ground = ground
        self._done = Prepared()
        self._taken: set[Key] = set()

    def prepared(self) -> Prepared:
        self._look_up()
        for name, work in self._plan.works.items():
            self._done.keys[name] = self._given(name, work)
        for action in self._plan.actions:
            self._name_result(action)
        for action in self._plan.actions:
            self._act(action)
        self._refuse_cycles()
        for publication in self._plan.publish:
            self._publish(publication)
        used = {use.work for uses in self._done.uses.values() for use in uses}
        published = {release.work for release in self._done.releases}
        names_of = self._done.name_of
        for key in self._done.made:
            if key not in published and key not in used:
                self._publish(Publication(work=names_of[key], how="internal"))
        published = {release.work for release in self._done.releases}
        self._done.releases += [
            Release(Publication(work=names_of[key], how="internal"), key, key)
            for key in self._done.made
            if key not in published
        ]
        return self._done

    # Works that the plan begins with

    def _look_up(self) -> None:
        """Have works of the Hub read at once, which takes a fraction of the time of one by one."""
        named = [work for work in self._plan.works.values() if isinstance(work, str)]
        for do in self._plan.actions:
            for some in (do.of, do.on, do.by, do.student, do.uses, do.contains, do.ships):
                named += names(some)
        own = {*self._plan.works, *(action.makes for action in self._plan.actions)}
        written = [_as_written(name) for name in dict.fromkeys(named) if name not in own]
        found = [(kind, named_work(text, kind)[0]) for text, kind in written[:KEPT_WORKS]]
        self._ground.stated_of_all(work_iri(kind, id_) for kind, id_ in found if id_)

    def _given(self, name: str, work: str | PlannedWork) -> Key:
        if isinstance(work, str):
            return work_on_hub(work, self._ground, f"works.{name}")
        if work.hub:
            return work_on_hub(work.hub, self._ground, f"works.{name}.hub")
        if work.dataset:
            return _work_of_kind(work.dataset, "dataset", self._ground, f"works.{name}.dataset")
        key = self._own_key(work.type, work.name, name)
        record = self._licensed(WorkRecord(*key), work.license, f"works.{name}.license")
        if not work.license:
            record.gaps = (term("NoLicense"),)
        if work.gated is not None:
            record.gated = "yes" if work.gated else "no"
        self._done.records[key] = record
        return key

    def _own_key(self, kind: str, name: str | None, local: str) -> Key:
        """Return the key of a work that is not on the Hub."""
        if name and (reason := id_fault(name)):
            raise UsageError(f"the name of {local}: {name!r} {reason}")
        key = (kind, name or f"plan:{local}")  # no id on the Hub has a colon
        if key in self._taken:
            raise UsageError(f"the name {key[1]!r} is given to more than one work")
        self._taken.add(key)
        return key

    def _licensed(self, record: WorkRecord, license_: Names, where: str) -> WorkRecord:
        """Return a record under the licenses that a plan names, or with the gap they leave."""
        stated = names(license_)
        if not stated:
            return record
        found = [self._ground.compiled.license_named(normalized_name(name)) for name in stated]
        if all(found):
            record.licenses = tuple(sorted({iri for iri in found if iri}))
            return record
        # Anything but the plain name of a license: an expression, a family, an unknown name.
        from licet_ingest.license_names import resolve

        resolved = [resolve([name], None) for name in stated]
        record.licenses = tuple(sorted({iri for one in resolved for iri in one.licenses}))
        record.families = tuple(sorted({iri for one in resolved for iri in one.families}))
        record.gaps = tuple(sorted({one.gap for one in resolved if one.gap}))
        return record

    # Actions

    def _name_result(self, action: Action) -> None:
        kind = action.type or _MAKES.get(action.do, "model")
        if action.type is None and action.do in {"copy", "modify", "convert", "combine"}:
            inputs = [*names(action.of), *names(action.contains), *names(action.ships)]
            known = [self._done.keys[name][0] for name in inputs if name in self._done.keys]
            if known and set(known) == {"dataset"}:
                kind = "dataset"
        if kind == "dataset" and action.do in _MODELS_ONLY:
            raise UsageError(f"to {action.do} makes a model, and {action.makes} is a dataset")
        self._done.keys[action.makes] = key = self._own_key(kind, action.name, action.makes)
        self._done.made[key] = action

    def _act(self, action: Action) -> None:
        key = self._done.keys[action.makes]
        uses = [
            *self._uses(action, action.of, "acted-on", RELATIONS[action.do]),
            *self._uses(action, action.on, "trained-on", "trainedOn"),
            *self._uses(action, action.by, "generator", "generatedBy"),
            *self._uses(action, action.student, "acted-on", "finetunedFrom"),
            *self._uses(action, action.uses, "used", "reuses"),
            *self._uses(action, action.contains, "contained", "adaptedFrom"),
            *self._uses(action, action.ships, "shipped", "bundles"),
        ]
        if action.do == "generate" and not action.by:
            raise UsageError(f"to generate {action.makes}, name the model in by")
        if action.do == "combine" and self._is_handed_over(action.makes):
            # Parts of what is handed over are handed over with it.
            uses = [
                replace(use, relation="bundles", role="shipped")
                if use.relation == "combines"
                else use
                for use in uses
            ]
        if not uses:
            raise UsageError(f"{action.makes} is made from nothing: name works in of, on or by")
        record = WorkRecord(
            *key,
            derivations=[Derivation(key, use.relation, use.work, GIVEN) for use in uses],
        )
        self._licensed(record, action.license, f"the license of {action.makes}")
        self._done.records[key] = record
        self._done.uses[key] = tuple(uses)
        if action.license:
            self._done.licensed.add(key)
        elif action.do == "copy" and len(uses) == 1:
            self._keep_license(key, uses[0].work)

    def _refuse_cycles(self) -> None:
        """Raise an error if a work is made from itself: no work would stand at its beginning."""
        made_from = {key: [use.work for use in uses] for key, uses in self._done.uses.items()}
        try:
            TopologicalSorter(made_from).prepare()
        except CycleError as error:
            ring = [key[1].removeprefix("plan:") for key in reversed(error.args[1])]
            way = " from ".join(map(repr, ring))
            raise UsageError(f"a work cannot be made from itself: the plan makes {way}") from error

    def _uses(self, action: Action, listed: Names, role: str, relation: str) -> list[Use]:
        uses = []
        for name in names(listed):
            work = self._work(name, f"the plan for {action.makes}")
            made = relation
            if (
                relation in {"finetunedFrom", "mergedFrom", "distilledFrom"}
                and work[0] == "dataset"
            ):
                if action.do in {"train", "fine-tune"}:
                    made, role = "trainedOn", "trained-on"
                else:
                    raise UsageError(f"{name} is a dataset: to {action.do} takes models")
            if relation == "trainedOn" and work[0] == "model":
                raise UsageError(f"{name} is a model: name it in of, or its output in on")
            uses.append(Use(work, action.do, role, made))
        return uses

    def _work(self, name: str, where: str) -> Key:
        if name in self._done.keys:
            return self._done.keys[name]
        key = work_on_hub(name, self._ground, where)
        if "/" not in key[1] and not self._ground.stated_of(work_iri(*key))[0]:
            raise UsageError(
                f"{where} names {name!r}, which it neither gives nor makes, nor is it in the "
                f"snapshot{meant(name, [*self._done.keys])}"
            )
        self._done.keys[name] = key
        return key

    # Publications

    def _is_handed_over(self, name: str) -> bool:
        return any(
            p.work == name
            and p.how != "internal"
            and self._form(p, "model") in {"weights", "binary", "data"}
            for p in self._plan.publish
        )

    @staticmethod
    def _form(publication: Publication, kind: str) -> str:
        return publication.form or {"dataset": "data", "service": "service"}.get(kind, "weights")

    def _publish(self, publication: Publication) -> None:
        key = self._work(publication.work, "publish")
        form = self._form(publication, key[0])
        if key[0] == "service" and form != "service":
            raise UsageError(f"{publication.work} is a service, and is not published as {form}")
        if key[0] == "dataset" and form == "service":
            raise UsageError(
                f"{publication.work} is a dataset: only models are offered as a service"
            )
        publication = replace(publication, form=form)  # type: ignore[arg-type]
        node = key
        if form == "service" and key[0] != "service":
            node = self._derived(publication, "service", [("combines", key)])
        elif form == "output" and key[0] == "model":
            node = self._derived(publication, "dataset", [("generatedBy", key)])
        elif key not in self._done.made:
            node = self._derived(publication, key[0], [("copyOf", key)])
            self._licensed(
                self._done.records[node], publication.license, f"the license of {publication.work}"
            )
            if not publication.license:
                self._keep_license(node, key)
            self._done.licensed.add(node)
        elif publication.license:
            record = self._done.records[key]
            if self._done.made[key].license:
                raise UsageError(f"the license of {publication.work} is said twice")
            self._licensed(record, publication.license, f"the license of {publication.work}")
            self._done.licensed.add(key)
        self._done.releases.append(Release(publication, key, node))

    def _derived(
        self, publication: Publication, kind: str, edges: Iterable[tuple[str, Key]]
    ) -> Key:
        """Return a work that stands for one publication."""
        number = len(self._done.releases) + 1
        key = self._own_key(
            kind, None, f"publication-{number}-of-{publication.work.rpartition('/')[2]}"
        )
        self._done.records[key] = WorkRecord(
            *key,
            derivations=[Derivation(key, relation, parent, GIVEN) for relation, parent in edges],
        )
        return key

    def _keep_license(self, copy: Key, original: Key) -> None:
        """Let a copy be offered as what it repeats is."""
        record = self._done.records[copy]
        if original in self._done.records:
            given = self._done.records[original]
            record.licenses, record.gaps = given.licenses, given.gaps
        else:
            facts, _ = self._ground.stated_of(work_iri(*original))
            record.licenses = tuple(sorted(o for p, o in facts if p == term("license")))
        self._done.licensed.add(copy)
