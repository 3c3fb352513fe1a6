"""What a repository lacks of its duties, as far as it can be written without inventing a fact.

What only the publisher can know is left as a blank, ``[FILL IN: …]``, which keeps the duty
missing until it is filled. Nothing that stands in the repository is taken away or reworded.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from licet_ingest.decoding import decoded, is_binary
from licet_ingest.lineage_files import LINEAGE_FILE, table_lineage
from licet_ingest.records import MODEL_RELATIONS
from licet_ingest.repository_contents import BLANK, Contents
from licet_ingest.repository_files import UnreadableFileError, read_inside
from licet_ontology.terms import local_name
from licet_reasoning.conditions import ASKED_OF_VARIANTS
from licet_reasoning.discharge import (
    FULFILLED,
    UNSEEN,
    Asked,
    copyright_lines,
    credit_lacks,
    link_suffices,
    sentence_for,
)
from licet_service.check_notes import DATASETS_FIELD
from licet_service.front_matter import with_comment, with_field, with_listed
from licet_service.patch import Edit

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from licet_ingest.records import Derivation
    from licet_ingest.repository_contents import HeldText
    from licet_reasoning.discharge import Upstream
    from licet_service.check import CheckedFolder
    from licet_service.check_report import CheckedDuty

MAX_TEXT_BYTES = 8 * 1024 * 1024
NOTICE, STATEMENTS = "NOTICE", "ATTRIBUTION.md"
_WORDS = {relation: word for word, relation in MODEL_RELATIONS.items()}
_NOTHING = Contents()
_ROLES = {
    "abliteratedFrom": "Abliterated from",
    "adapterFor": "Adapter for",
    "adaptedFrom": "Base model",
    "basedOn": "Base model",
    "bundles": "Expert",
    "convertedFrom": "Converted from",
    "distilledFrom": "Distilled from",
    "finetunedFrom": "Fine-tuned from",
    "mergedFrom": "Merged from",
    "prunedFrom": "Pruned from",
    "quantizedFrom": "Quantized from",
    "trainedOn": "Trained on",
}
"""What MODEL_LINEAGE.md calls a derivation, in words that are read back as the same."""


@dataclass(frozen=True)
class Fix:
    """What can be written, and what is left to the publisher.

    Attributes:
        edits: Of the texts of the folder; none where nothing is lacking.
        left: What only the publisher can do, besides filling in blanks.
    """

    edits: tuple[Edit, ...]
    left: tuple[str, ...]


def fixed(folder: Path, checked: CheckedFolder) -> Fix:
    """Return what a checked repository lacks."""
    return _Fixing(folder.resolve(), checked).fix()


class _Fixing:
    """One repository being mended."""

    def __init__(self, root: Path, checked: CheckedFolder) -> None:
        self.root = root
        self.checked = checked
        self.before: dict[str, str | None] = {}
        self.after: dict[str, str] = {}
        self.left: list[str] = []

    def fix(self) -> Fix:
        """Return edits and what is left."""
        for duty in self._open("license-copy"):
            self._license_copy(duty)
        self._front_matter()
        self._lineage_file()
        for duty in self._open("display-notice"):
            self._display(duty)
        self._attribution()
        for kind in ("extracted-model-notice", "output-dataset-notice"):
            for duty in self._open(kind):
                asked = self.checked.asked[duty.term.iri]
                for one in asked.upstreams:
                    self._to_card("Attribution", sentence_for(kind, one, asked.names[0]))
        for duty in self._open("state-changes"):
            self._changes(duty)
        for duty in self._open("notice-file"):
            self._notice(duty)
        self._statements()
        for duty in self._open("naming", "share-alike", "pass-through", "source-disclosure"):
            if duty.discharge.to_do:
                accepted = f" Accepted: {', '.join(duty.accepts)}." if duty.accepts else ""
                self.left.append(f"{duty.term.label}: {duty.discharge.to_do}{accepted}")
        for finding in self.checked.report.explanation.findings:
            if finding.severity == "error" and finding.code not in {
                duty.term.kind for duty in self.checked.report.duties
            }:
                self.left.append(f"{finding.code}: {finding.remedy}")
        edits = tuple(
            Edit(path, self.before[path], text)
            for path, text in sorted(self.after.items())
            if text != self.before[path]
        )
        return Fix(edits, tuple(dict.fromkeys(self.left)))

    def _open(self, *kinds: str) -> Iterator[CheckedDuty]:
        """Yield the duties of some kinds that are not discharged or answered for."""
        for duty in self.checked.report.duties:
            found = duty.discharge
            if duty.term.kind in kinds and found.state != FULFILLED and found.answer is None:
                yield duty

    ############################################################ texts

    def _text(self, path: str) -> str | None:
        """Return what a file is to hold, as far as it has been decided; None if it is not there."""
        if path in self.after:
            return self.after[path]
        if path not in self.before:
            self.before[path] = self._read(path)
        return self.before[path]

    def _is_there(self, path: str) -> bool:
        target = self.root / path
        return path in self.after or target.is_symlink() or target.exists()

    def _read(self, path: str) -> str | None:
        if not self._is_there(path):
            return None
        target = self.root / path
        read = read_inside(target, self.root, MAX_TEXT_BYTES)
        if read.size_bytes > MAX_TEXT_BYTES or is_binary(read.data):
            raise UnreadableFileError(f"{path} is not text, or too long to be changed")
        try:
            return read.data.decode("utf-8")
        except UnicodeDecodeError as error:
            raise UnreadableFileError(f"{path} is not UTF-8, and was left as it is") from error

    def _change(self, path: str, text: str) -> None:
        self.before.setdefault(path, self._text(path))
        self.after[path] = text

    def _append(self, path: str, paragraph: str) -> None:
        """Add a paragraph at the end of a file, in its own line ends, if it is not there."""
        try:
            text = self._text(path) or ""
        except UnreadableFileError as error:
            self.left.append(str(error))
            return
        if _unfolded(paragraph) in _unfolded(text):
            return
        end = "\r\n" if "\r\n" in text else "\n"
        gap = "" if not text else end if text.endswith("\n") else end * 2
        self._change(path, text + gap + paragraph.replace("\n", end) + end)

    @cached_property
    def _card(self) -> str:
        """The name of the card."""
        card = self.checked.contents.card
        return card.name if card else "README.md"

    def _edit_card(self, change: Callable[[str], str | None]) -> bool:
        """Apply a change to the card; tell whether it could be made."""
        try:
            raw = self._text(self._card) or ""
        except UnreadableFileError as error:
            self.left.append(str(error))
            return False
        crlf = "\r\n" in raw
        changed = change(raw.replace("\r\n", "\n"))
        if changed is None:
            return False
        self._change(self._card, changed.replace("\n", "\r\n") if crlf else changed)
        return True

    def _to_card(self, heading: str, paragraph: str) -> None:
        """Add a paragraph at the end of a section of the card, which is made if need be."""

        def change(text: str) -> str | None:
            if _unfolded(paragraph) in _unfolded(text):
                return text
            found = re.search(rf"^(#+)[ \t]+{re.escape(heading)}[ \t]*#*$", text, re.MULTILINE)
            if found is None:
                gap = "" if not text else "\n" if text.endswith("\n") else "\n\n"
                return f"{text}{gap}## {heading}\n\n{paragraph}\n"
            level = len(found[1])
            after = re.compile(rf"^#{{1,{level}}}[ \t]", re.MULTILINE).search(text, found.end())
            end = after.start() if after else len(text)
            body = text[:end].rstrip("\n")
            return f"{body}\n\n{paragraph}\n" + ("\n" if after else "") + text[end:]

        self._edit_card(change)

    ############################################################ what is written

    def _license_copy(self, duty: CheckedDuty) -> None:
        asked = self.checked.asked[duty.term.iri]
        own = asked.license in {
            local_name(iri).removeprefix("license/") for iri in self.checked.record.licenses
        }
        taken = self._is_there("LICENSE")
        path = "LICENSE" if own and not taken else f"LICENSES/{asked.license}.txt"
        for id_, folder in self.checked.upstream_folders.items():
            for text in self.checked.upstream[id_].texts:
                # An extended text holds other words as well: it is not copied as the license.
                if text.licenses != (asked.license,) or text.role not in {"license", "policy"}:
                    continue
                copied = _decoded_whole(folder, text)
                if copied is not None and not self._is_there(path):
                    self._change(path, copied)
                    return
        if asked.address and link_suffices(asked.quote):
            self._to_card("Attribution", f"- {asked.names[0]} ({asked.license}): <{asked.address}>")
            return
        where = f" It is published at {asked.address}." if asked.address else ""
        self.left.append(f"put the text of {asked.names[0]} in {path}, word for word.{where}")

    def _front_matter(self) -> None:
        record = self.checked.record
        stated = {str(value).lower() for value in _listed(self.checked.contents.data, "base_model")}
        models = [d for d in record.derivations if d.parent[0] == "model"]
        said = str(self.checked.contents.data.get("base_model_relation") or "").lower()
        unstated = [d for d in models if d.parent[1].lower() not in stated]
        # One relation holds for all of base_model: what has another would be put wrongly there.
        others = [d for d in unstated if said and MODEL_RELATIONS.get(said) != d.relation]
        lacking = dict.fromkeys(d.parent[1] for d in unstated if d not in others)
        for derivation in others:
            self.left.append(
                f"say in the card how the work derives from {derivation.parent[1]}: "
                f"base_model_relation there is {said!r}, and {LINEAGE_FILE} would say "
                f"“{_ROLES.get(derivation.relation, 'Base model')}”"
            )
        if lacking and not self._edit_card(
            lambda text: with_listed(text, "base_model", [*lacking])
        ):
            self.left.append(f"add to base_model of the card: {', '.join(lacking)}")
        # Fields of the Hub: https://github.com/huggingface/hub-docs, modelcard.md, datasetcard.md.
        field = DATASETS_FIELD[record.kind]
        known = {
            str(value).lower().removeprefix("extended|")
            for value in _listed(self.checked.contents.data, field)
        }
        data = dict.fromkeys(
            d.parent[1]
            for d in record.derivations
            if d.parent[0] == "dataset" and d.parent[1].lower() not in known
        )
        if data and not self._edit_card(lambda text: with_listed(text, field, [*data])):
            self.left.append(f"add to {field} of the card: {', '.join(data)}")
        words = {_WORDS.get(d.relation) for d in models}
        [word] = words if len(words) == 1 else [None]
        if models and "base_model_relation" not in self.checked.contents.data:
            if word is not None:
                self._edit_card(lambda text: with_field(text, "base_model_relation", word))
            elif any(d.relation == "basedOn" for d in models):
                blank = f"{BLANK} base_model_relation: finetune, adapter, merge or quantized]"
                self._edit_card(lambda text: with_comment(text, blank))
        if not record.licenses and not self.checked.contents.data.get("license"):
            blank = f"{BLANK} license: the id of the license that you choose]"
            self._edit_card(lambda text: with_comment(text, blank))

    def _lineage_file(self) -> None:
        record = self.checked.record
        if record.kind != "model" or self._is_there(LINEAGE_FILE) or not record.derivations:
            return
        lines = ["## Model Lineage", ""]
        for derivation in record.derivations:
            lines.append(self._lineage_line(derivation))
        text = "\n".join(dict.fromkeys(lines)) + "\n"
        if not table_lineage(text).faults:
            self._change(LINEAGE_FILE, text)

    def _lineage_line(self, derivation: Derivation) -> str:
        kind, id_ = derivation.parent
        role = _ROLES.get(derivation.relation, "Base model")
        if kind == "dataset":
            role = _ROLES["trainedOn"]
        names = self.checked.license_names.get(derivation.parent, ())
        terms = f" ({', '.join(names)})" if names else ""
        return f"- **{role}:** {id_}{terms}"

    def _display(self, duty: CheckedDuty) -> None:
        asked = self.checked.asked[duty.term.iri]
        unseen = duty.discharge.state == UNSEEN and not duty.discharge.evidence
        if not asked.phrases or unseen:
            return  # Only the publisher knows whether the condition holds.
        phrase = f"**{asked.phrases[0]}**"

        def change(text: str) -> str | None:
            if re.search(rf"^{re.escape(phrase)}$", text, re.MULTILINE):
                return text
            found = re.match(r"\s*---[ \t]*\n.*?^---[ \t]*\n\s*", text, re.DOTALL | re.MULTILINE)
            at = found.end() if found else 0
            head = (
                text[:at] if not at or text[:at].endswith("\n\n") else f"{text[:at].rstrip()}\n\n"
            )
            return f"{head}{phrase}\n\n{text[at:]}"

        self._edit_card(change)

    def _attribution(self) -> None:
        credited: dict[str, tuple[Upstream, list[Asked]]] = {}
        for duty in self.checked.report.duties:
            asked = self.checked.asked[duty.term.iri]
            for one in asked.upstreams:
                credited.setdefault(one.id, (one, []))[1].append(asked)
        wants = {
            one.id
            for duty in self._open("attribution")
            for one in self.checked.asked[duty.term.iri].upstreams
        }
        for one, duties in credited.values():
            if all(credit_lacks(one, asked, self.checked.contents) == "" for asked in duties):
                continue
            names = list(dict.fromkeys(asked.names[0] for asked in duties))
            ids = list(dict.fromkeys(asked.license for asked in duties))
            folder = "datasets/" if one.kind == "dataset" else ""
            owner = one.id.rpartition("/")[0]
            by = f" by {owner}" if owner else ""
            under = " and ".join(f"{n} ({i})" for n, i in zip(names, ids, strict=False))
            self._to_card(
                "Attribution",
                f"- [{one.id}](https://huggingface.co/{folder}{one.id}){by}, "
                f"used under the license {under}.",
            )
        for id_ in sorted(wants - set(self.checked.upstream)):
            if not self._says(STATEMENTS, f"Notices of {id_}:"):
                self._append(
                    STATEMENTS,
                    f"Notices of {id_}: {BLANK}: copy the copyright and other notices here that "
                    f"come with {id_}, or write that it comes with none]",
                )
        for id_ in sorted(wants & set(self.checked.upstream)):
            self._copy_notices(id_)

    def _copy_notices(self, id_: str) -> None:
        lines = [
            line for text in self.checked.upstream[id_].texts for line in copyright_lines(text)
        ]
        if lines:
            said = "\n\n".join(dict.fromkeys(lines))
            self._append(STATEMENTS, f"Notices of {id_}: as follows.\n\n{said}")

    def _changes(self, duty: CheckedDuty) -> None:
        if duty.term.iri.rpartition("/")[2] != "state-changes":
            return
        asked = self.checked.asked[duty.term.iri]
        ids = " and ".join(dict.fromkeys(one.id for one in asked.upstreams))
        blank = f"{BLANK}: what you changed in {ids}, by whom, and on which date]"
        if re.search(r"attribution notice|notice.? text file", asked.quote, re.IGNORECASE):
            if not self._says(NOTICE, "Changes:"):
                self._append(NOTICE, f"Changes: {blank}")
        elif not self._says(self._card, f"{BLANK}: what you changed"):
            self._to_card("Changes", blank)

    def _notice(self, duty: CheckedDuty) -> None:
        asked = self.checked.asked[duty.term.iri]
        if not asked.phrases:
            for one in asked.upstreams:
                for text in self.checked.upstream.get(one.id, _NOTHING).by_role("notice"):
                    lines = "\n".join(line.text for line in text.lines).strip()
                    self._append(NOTICE, f"{one.id} came with this notice:\n\n{lines}")
            return
        if asked.condition not in {"", *ASKED_OF_VARIANTS} and duty.discharge.state == UNSEEN:
            return
        phrase = re.sub(
            r"\[[^\]]*year\]", f"{BLANK}: the year]", asked.phrases[0], flags=re.IGNORECASE
        )
        self._append(NOTICE, phrase)

    def _statements(self) -> None:
        """Leave a blank for each duty that only the publisher's word can answer."""
        for duty in self._open(*_BY_WORD):
            asked = self.checked.asked[duty.term.iri]
            if duty.discharge.state != UNSEEN or (asked.prefix and asked.kind == "naming"):
                continue
            if (
                asked.kind == "attribution"
                and not asked.condition
                and asked.clause.endswith("/attribution")
            ):
                continue  # Its blank is that of the notices.
            if self._says(STATEMENTS, f"{asked.clause}:"):
                continue
            if asked.kind in {"attribution", "state-changes"} and self._has_blank(asked):
                continue
            if asked.condition in ASKED_OF_VARIANTS:
                continue  # It is done, whether or not it must be.
            when = f"It applies under this condition: {asked.condition.rstrip('.')}. "
            self._append(
                STATEMENTS,
                f"{asked.clause}: {BLANK}: how it is done, or why it does not apply. "
                f"{when if asked.condition else ''}The license says: “{asked.quote}”]",
            )

    def _has_blank(self, asked: Asked) -> bool:
        """Tell whether a blank that is written anyway answers a duty."""
        slug = asked.clause.rpartition("/")[2]
        return slug in {"attribution", "notices-kept", "notices-kept-adapted", "state-changes"}

    def _says(self, path: str, beginning: str) -> bool:
        try:
            text = self._text(path) or ""
        except UnreadableFileError:
            return True
        return beginning.casefold() in text.casefold()


_BY_WORD = (
    "attribution",
    "display-notice",
    "documentation-duty",
    "impact-report",
    "license-copy",
    "naming",
    "notice-file",
    "output-dataset-notice",
    "registration",
    "source-disclosure",
    "state-changes",
)
"""Kinds of duties of which some can be answered by nobody but the publisher."""


def _unfolded(text: str) -> str:
    return " ".join(text.split())


def _listed(data: dict[str, object], name: str) -> list[object]:
    value = data.get(name)
    return value if isinstance(value, list) else [] if value is None else [value]


def _decoded_whole(folder: Path, text: HeldText) -> str | None:
    root = folder.resolve()
    read = read_inside(root / text.name, root, MAX_TEXT_BYTES)
    found, fault = decoded(read.data, is_whole=True)
    return None if fault else found
