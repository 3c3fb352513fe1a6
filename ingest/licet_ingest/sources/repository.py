"""Repositories and cards in a folder: one, or many; see `licet_ingest.repository_layout`.

Of each repository are read: the card, files with license texts, ``adapter_config.json``,
``MODEL_LINEAGE.md`` and recipes of merges. Weights are never opened.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from licet_ingest.bases import note_further_bases
from licet_ingest.cards import MAX_CARD_BYTES, Card, hub_item, read_card
from licet_ingest.decoding import decoded, is_binary
from licet_ingest.hub_json import bounded, meant_field, work_record
from licet_ingest.license_names import (
    AMBIGUOUS,
    NO_LICENSE,
    UNIDENTIFIED,
    permitting_commerce,
    resolve,
)
from licet_ingest.license_sources import with_detected
from licet_ingest.lineage_files import ADAPTER_FILE, LINEAGE_FILE, adapter_lineage, table_lineage
from licet_ingest.prose import against_commerce
from licet_ingest.recipes import RECIPE_FILES, names_outside, read_recipes, recipe_blocks
from licet_ingest.records import (
    MODEL_RELATIONS,
    UNNAMED_WORK,
    UNSTATED_RELATION,
    Derivation,
    DetectedText,
    Fault,
    WorkRecord,
)
from licet_ingest.repository_files import (
    MAX_CONFIG_BYTES,
    MAX_LICENSE_BYTES,
    MAX_LICENSE_FILES,
    ReadFile,
    UnreadableFileError,
    is_notice,
    license_files,
    read_inside,
    unread_license_files,
)
from licet_ingest.repository_layout import places
from licet_ingest.sources import SourceItem, file_name
from licet_ontology.errors import SourceError
from licet_ontology.terms import license_iri

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from licet_ingest.repository_files import Folder
    from licet_ingest.repository_layout import Place

GATED_PROMPT = "extra_gated_prompt"
MIN_LICENSE_CHARS = 200
"""A gated prompt that is shorter holds no license text; that of MIT has a thousand."""


@dataclass(frozen=True)
class Repositories:
    """A folder that holds one repository or many.

    Attributes:
        path: Of the folder.
        work_id: ``owner/name`` of the one repository that it is; else its paths decide.
    """

    path: Folder
    work_id: str | None = None

    @property
    def name(self) -> str:
        """The name of the folder."""
        return file_name(self.path.resolve()) or "/"

    def describe(self) -> dict[str, str | int | None]:
        """Return name, and SHA-256 and size in bytes of all files that are read."""
        self._check()
        root = self.path.resolve()
        digest, size_bytes = hashlib.sha256(), 0
        for place in places(root, self.work_id):
            for name, limit_bytes in _read_files(place):
                try:
                    read = _read(place, root, name, limit_bytes)
                except UnreadableFileError:
                    continue
                path = f"{place.path}/{name}".encode(errors="surrogateescape")
                digest.update(hashlib.sha256(path).digest() + hashlib.sha256(read.data).digest())
                size_bytes += len(read.data)
        return {"name": self.name, "sha256": digest.hexdigest(), "bytes": size_bytes}

    def items(self) -> Iterator[SourceItem]:
        """Yield one item per repository or card.

        Raises:
            SourceError: The folder cannot be read, or holds none.
        """
        self._check()
        root = self.path.resolve()
        found = places(root, self.work_id)
        if not found:
            raise SourceError(f"{self.path} holds no card: no README.md and no other .md file")
        for place in found:
            yield _Repository(place, root).item()

    def _check(self) -> None:
        if not self.path.is_dir():
            raise SourceError(f"{self.path} is no folder")


def _read_files(place: Place) -> Iterator[tuple[str, int]]:
    """Yield name and limit in bytes of each file that is read whatever the card says."""
    if place.card is not None:
        yield place.card.name, MAX_CARD_BYTES
    for name in (*RECIPE_FILES, ADAPTER_FILE, LINEAGE_FILE):
        if name in place.files:
            yield name, MAX_CONFIG_BYTES
    for name in license_files(place.files)[:MAX_LICENSE_FILES]:
        yield name, MAX_LICENSE_BYTES


def _read(place: Place, root: Folder, name: str, limit_bytes: int) -> ReadFile:
    folder = place.folder or (place.card.parent if place.card else root)
    return read_inside(folder / name, root, limit_bytes)


@dataclass
class _Repository:
    """One repository being read."""

    place: Place
    root: Folder
    faults: list[Fault] = field(default_factory=list[Fault])
    record_id: str = ""

    def item(self) -> SourceItem:
        """Return the record of the repository, or why it is rejected."""
        where = self.place.path or file_name(self.root)
        if self.place.fault:
            fault = Fault(bounded(where), "folder", "", bounded(self.place.fault), True)
            return SourceItem(faults=(fault,))
        card = self._card()
        work_id = self.place.work_id
        as_listed, imitations = hub_item(work_id, card)
        record, faults = work_record(as_listed, self.place.kind, bounded(where))
        if record is None:
            return SourceItem(faults=tuple(faults))
        self.record_id = record.id
        self.faults = faults + [
            Fault(record.id, f"{self._card_name} {field_}", bounded(value), reason, False)
            for field_, value, reason in (*card.faults, *imitations)
        ]
        if self.place.card is None:
            self._fault("card", "", "is missing: nothing states a license")
        if self.place.cards_below:
            reason = f"{self.place.cards_below} cards below it are taken for parts of it"
            self._fault("folder", where, reason)
        if card.is_lost:
            gaps = [UNIDENTIFIED if gap == NO_LICENSE else gap for gap in record.gaps]
            record.gaps = tuple(dict.fromkeys([*gaps, UNNAMED_WORK]))
        lost = any(field_ != "tags license" for field_, _, _ in imitations)
        lost |= self._add_lineage(record, card)
        if lost:
            record.gaps = tuple(dict.fromkeys([*record.gaps, UNNAMED_WORK]))
        for field_, tag, _ in imitations:
            named = resolve([tag.removeprefix("license:")], None).licenses
            if field_ == "tags license" and not set(named) <= set(record.licenses):
                record.gaps = tuple(dict.fromkeys([*record.gaps, AMBIGUOUS]))
        unread = [fault.value for fault in faults if _is_of_license(fault)]
        record = with_detected(record, self._license_texts(card, record), unread)
        record.prose_warnings = self._prose_warnings(card, record)
        return SourceItem(work=record, faults=tuple(self.faults))

    @property
    def _card_name(self) -> str:
        return bounded(self.place.card.name) if self.place.card else "card"

    def _fault(self, field_: str, value: str, reason: str) -> None:
        self.faults.append(Fault(self.record_id, bounded(field_), bounded(value), reason, False))

    def _card(self) -> Card:
        if self.place.card is None:
            return Card()
        try:
            read = _read(self.place, self.root, self.place.card.name, MAX_CARD_BYTES)
        except UnreadableFileError as error:
            return Card(faults=(("", "", str(error)),), is_lost=True)
        return read_card(read.data, read.size_bytes)

    def _text(self, name: str, limit_bytes: int) -> str | None:
        """Return a file as text, or None with a fault."""
        read = self._file(name, limit_bytes)
        if read is None:
            return None
        if is_binary(read.data):
            self._fault(name, "", "is not text")
            return None
        text, fault = decoded(read.data, is_whole=len(read.data) == read.size_bytes)
        if fault:
            self._fault(name, "", fault)
        return text

    def _file(self, name: str, limit_bytes: int) -> ReadFile | None:
        try:
            read = _read(self.place, self.root, name, limit_bytes)
        except UnreadableFileError as error:
            self._fault(name, "", str(error))
            return None
        if read.size_bytes > limit_bytes:
            self._fault(name, "", f"has {read.size_bytes} bytes; {limit_bytes} are read")
        return read

    ############################################################ lineage

    def _add_lineage(self, record: WorkRecord, card: Card) -> bool:
        """Add what recipes and other files say; tell whether a work upstream stays unknown."""
        if record.kind != "model":
            return False
        texts = [(f"{self._card_name} recipe", block) for block in recipe_blocks(card.body)]
        for name in RECIPE_FILES:
            if name in self.place.files and (text := self._text(name, MAX_CONFIG_BYTES)):
                texts.append((name, text))
        recipe = read_recipes(texts)
        stated = [(r, ("model", id_), "recipe") for r, id_ in recipe.parents]
        faults = list(recipe.faults)
        lost = bool(recipe.faults)
        names_base = any(d.parent[0] == "model" for d in record.derivations)
        if ADAPTER_FILE in self.place.files and (
            read := self._file(ADAPTER_FILE, MAX_CONFIG_BYTES)
        ):
            adapter = adapter_lineage(read.data)
            stated += [(r, (kind, id_), ADAPTER_FILE) for r, kind, id_ in adapter.parents]
            faults += adapter.faults
            # Whoever trains in a local folder writes its path here; the card then says more.
            lost |= bool(adapter.faults) and not names_base
            if adapter.is_adapter:
                _state_relation(record, "adapterFor", ADAPTER_FILE)
        if LINEAGE_FILE in self.place.files and (
            text := self._text(LINEAGE_FILE, MAX_CONFIG_BYTES)
        ):
            table = table_lineage(text)
            stated += [(r, (kind, id_), LINEAGE_FILE) for r, kind, id_ in table.parents]
            faults += table.faults
            lost |= bool(table.faults)
        for field_, value, reason in faults:
            self._fault(field_, value, reason)
        is_stated = str(card.data.get("base_model_relation")) in MODEL_RELATIONS
        known = {d.parent[1].casefold() for d in record.derivations}
        known |= {parent[1].casefold() for _, parent, _ in stated}
        for name in names_outside(card.body):
            if name.casefold() not in known | {record.id.casefold()}:
                self._fault(f"{self._card_name} recipe", name, "stands in no block of YAML")
                lost = True
        for key in _own(record, stated):
            self._fault(key[2], key[1][1], "names the model itself")
            lost = True
        note_further_bases(record, (parent for _, parent, _ in stated))
        _add_parents(record, stated, keep_inferred=is_stated)
        return lost

    ############################################################ licenses

    def _license_texts(self, card: Card, record: WorkRecord) -> list[DetectedText]:
        names = license_files(self.place.files, record.license_link) if self.place.folder else []
        for name in names[MAX_LICENSE_FILES:]:
            self._fault(name, "", f"is beyond the first {MAX_LICENSE_FILES} license files")
        found: list[DetectedText] = []
        for name in names[:MAX_LICENSE_FILES]:
            faults = len(self.faults)
            text = self._text(name, MAX_LICENSE_BYTES)
            if text is None or len(self.faults) > faults:
                # Of what was not read whole nothing is concluded, not even that it is nothing.
                if name in self.place.files and not is_notice(name):
                    found.append(DetectedText(bounded(name), "unknown"))
            else:
                found += self._identified(name, text)
        files = self.place.files if self.place.folder else []
        for name in unread_license_files(files, record.license_link):
            if not is_notice(name):
                self._fault(name, "", "is in a form that is not read")
                found.append(DetectedText(bounded(name), "unknown"))
        prompt = card.data.get(GATED_PROMPT)
        if isinstance(prompt, str) and len(prompt) >= MIN_LICENSE_CHARS:
            found += [
                text
                for text in self._identified(f"{self._card_name} {GATED_PROMPT}", prompt)
                if text.status != "unknown"  # a text about access, not about terms
            ]
        return found

    def _identified(self, name: str, text: str) -> list[DetectedText]:
        # With it comes numpy, which a repository without a license text need not wait for.
        from licet_ontology.identify import shipped_identifier

        found = shipped_identifier().identify(text)
        if found.status in {"extended", "nearest"}:
            what = ", ".join(found.licenses or found.part_of or (found.nearest,))
            how = "other words beside those of" if found.status == "extended" else "some words of"
            self._fault(name, "; ".join(found.passages[:3]), f"holds {how} {what}")
        if is_notice(name):
            # It may be the license of something else, and settles nothing of the work's own.
            if found.status == "identified":
                self._fault(name, ", ".join(found.licenses), "may be of something in the work")
            return []
        # Words beside a license may be conditions, so of an extended text none is concluded.
        held = found.licenses if found.status == "identified" else ()
        licenses = tuple(license_iri(id_) for id_ in held)
        return [DetectedText(bounded(name), found.status, licenses)]

    def _prose_warnings(self, card: Card, record: WorkRecord) -> tuple[str, ...]:
        against = against_commerce(card.body, card.body_line)
        if not against or not permitting_commerce().intersection(record.licenses):
            return ()
        return tuple(
            bounded(f"{self._card_name} line {one.line}: {one.excerpt}") for one in against
        )


def _is_of_license(fault: Fault) -> bool:
    field_ = fault.field.removeprefix("cardData.")
    return field_ in {"license", "licenses", "license_name"} or meant_field(field_) == "license"


_Stated = tuple[str, tuple[str, str], str]


def _state_relation(record: WorkRecord, relation: str, source: str) -> None:
    """Give bases that the card names without a relation the one that a file shows."""
    record.derivations = [
        replace(d, relation=relation, source=source) if d.relation == "basedOn" else d
        for d in record.derivations
    ]


def _own(record: WorkRecord, stated: Iterable[_Stated]) -> list[_Stated]:
    return [one for one in stated if one[1][1].casefold() == record.id.casefold()]


def _add_parents(record: WorkRecord, stated: list[_Stated], *, keep_inferred: bool) -> None:
    """Add parents that files name to those that the card names.

    Args:
        record: Whose parents they are.
        stated: (relation, parent, source) of each.
        keep_inferred: Whether the card itself states the relation of its bases. If not,
            theirs was inferred, and a file that states one of the same pair replaces it.
    """
    spelled = {(d.parent[0], d.parent[1].casefold()): d.parent for d in record.derivations}
    added = [
        Derivation(record.key, r, spelled.get((p[0], p[1].casefold()), p), source)
        for r, p, source in stated
        if p[1].casefold() != record.id.casefold()
    ]
    precise = {d.parent for d in added if d.relation != "basedOn"}
    inferred = {"basedOn"} if keep_inferred else {"basedOn", "mergedFrom"}
    kept = [
        d
        for d in record.derivations
        if d.parent not in precise or d.relation not in inferred or d.source == ADAPTER_FILE
    ]
    known = {d.parent for d in kept if d.relation != "basedOn"} | precise
    added = [d for d in added if d.relation != "basedOn" or d.parent not in known]
    record.derivations = list(dict.fromkeys([*kept, *added]))
    gaps = [gap for gap in record.gaps if gap != UNSTATED_RELATION]
    if any(d.relation == "basedOn" for d in record.derivations):
        gaps.append(UNSTATED_RELATION)
    record.gaps = tuple(gaps)
