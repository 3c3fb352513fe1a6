"""What in a repository discharges a duty: one rule per kind of clause, and partly is not done.

A duty is *fulfilled* if the repository shows it, *missing* if it shows that it is not done, and
*unseen* where nobody can tell from the repository. What a license demands under a condition is
missing only if the condition is seen to hold. A blank that waits to be filled is never evidence.
``docs/check.md`` has the rules in a table; `licet_reasoning.evidence` asks the same of a snapshot.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from licet_ingest.repository_contents import BLANK, paragraphs
from licet_reasoning.conditions import (
    ASKED_OF_VARIANTS,
    CONTAINING,
    HOLDS_BY_FORM,
    HOLDS_IF_CONTAINED,
    HOLDS_IF_MODIFIED,
    HOLDS_ON_PUBLICATION,
    MAYBE_VARIANTS,
    MODIFYING,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from licet_ingest.repository_contents import Contents, HeldText, Line

FULFILLED, MISSING, UNSEEN = "fulfilled", "missing", "unseen"

_ATTRIBUTION_HEADING = re.compile(
    r"attribut|credit|acknowledg|licen[sc]|notice|lineage|based on|built (?:on|with)|upstream"
    r"|sources?\b|base models?",
    re.IGNORECASE,
)
_DENIED = re.compile(
    r"(?:(?:\b(?:not|never|no longer)|n[’']t)\s(?:\w+\s){0,2}?(?:based|built|created|generated|made"
    r"|deriv\w+|trained|adapted|merged|converted|quanti[sz]ed|(?:fine-?)?tuned?|copy|version)\b"
    r"|\b(?:unlike|unrelated to|independent(?:ly)? of|nothing to do with)\b)[^.;:()\n]{0,60}$",
    re.IGNORECASE,
)
"""What stands before the name of a work from which, it says, this one was not made."""
_CHANGES_HEADING = re.compile(
    r"\bchang|modif|what (?:is|was) (?:new|different|changed)|adaptation", re.IGNORECASE
)
_CHANGES_LINE = re.compile(
    r"^[\W_]*(?:(?:statement of )?(?:changes|modifications)(?: made)?)[\W_]*:\s*(.+)", re.IGNORECASE
)
_NOT_YET = re.compile(r"\b(?:no|not|to be|to ?do|tbd|planned|future|upcoming)\b", re.IGNORECASE)
"""In a heading that speaks of changes which nobody has made."""
_NO_CHANGES = re.compile(
    r"[\W_]*(?:(?:changes|modifications)(?: made)?[\W_]+)?"
    r"(?:no|none|nothing|not|to ?do|tbd|n/?a)\b",
    re.IGNORECASE,
)
_UNCHANGED = re.compile(
    r"\b(?:unchanged|unmodified|unaltered|untouched|same as|identical to)\b"
    r"|\b(?:no|without|zero) (?:\w+ ){0,2}(?:changes?|modifications?|alterations?|edits?)\b"
    r"|(?:\b(?:not|never)|n[’']t) (?:\w+ ){0,2}?(?:chang|modif|alter|edit|adapt|touch)"
    r"|^\W*(?:please )?(?:see|refer to|cf)\b|\b(?:coming soon|to follow|to be (?:done|added))\b"
    r"|unverändert|\bkeine\w* (?:\w+ )?(?:änderung|modifikation)"
    r"|\bnicht (?:\w+ )?(?:geändert|verändert|modifiziert|angepasst)"
    r"|inchangé|\b(?:aucun|sans)e? (?:changement|modification)|\bpas (?:été )?modifi"
    r"|\b(?:sin|ningún|sem|nenhuma|senza|nessuna) (?:cambio|modifica|alteraç)|inalterad|invariat"
    r"|без изменений|не изменя|не модифиц"
    r"|[未没沒无無].{0,12}(?:修改|更改|改动|变更|變更)"
    r"|変更(?:は|点は|を)*(?:なし|無し|ありません|ない|していません|加えていません)"
    r"|(?:변경|수정)(?:\s?사항)?(?:이|은|을|하지|되지)*\s?(?:없|않)",
    re.IGNORECASE,
)
"""In a sentence that says that nothing was changed, or that it is said elsewhere."""
_UNSAID = re.compile(
    r"\b(?:to ?do|tbd|unknown|unclear|undetermined|no idea|not (?:sure|known|certain)"
    r"|to be (?:added|announced|checked|confirmed|decided|determined|done|filled|verified))\b"
    r"|(?:\b(?:not|never)|n[’']?t) (?:yet )?(?:know|look|check|verif|investigat|determin)"
    r"|\b(?:not|n[’']t)\b.{0,30}\byet\b|weiß (?:ich )?nicht|unbekannt|不知道|不清楚|待补",
    re.IGNORECASE,
)
"""In the answer of somebody who has none."""
_SENTENCE_END = re.compile(
    r"[.;:!?](?=\s|$)|[\u3001\u3002\uff01\uff0c\uff1b\uff1f\n]|,\s|\s(?:but|while|whereas)\s"
)
_WORD = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]|\w+")
"""A word; where none are told apart by spaces, a character."""
_DATE = re.compile(
    r"\b(?:19|20)\d\d-[01]\d-[0-3]\d\b|\b[0-3]?\d[./][01]?\d[./](?:19|20)\d\d\b"
    r"|\b(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.? "
    r"(?:[0-3]?\d,? )?(?:19|20)\d\d\b"
    r"|\b(?:19|20)\d\d年",
    re.IGNORECASE,
)
_HEADING = re.compile(r"\s{0,3}(#{1,6})\s+(.*)")
_MARKUP = re.compile(r"\[([^\]]*)\]\([^)]*\)|<[^>]*>|[*_`~#>|]+")
_IMAGE = re.compile(r"!\[[^\]]*\](?:\([^)]*\)|\[[^\]]*\])?|<img\b[^>]*>", re.IGNORECASE)
"""A picture, with the words that stand for it where it is not shown: no reader need see them."""
_LINK_FOR_TEXT = re.compile(r"\bUR[IL]\b|Uniform Resource Identifier|\bhyperlink\b")
_NOTICES_OF = re.compile(r"^[\W_]*notices of\b", re.IGNORECASE)
_ID = r"(?<![\w./-]){}(?![\w/-]|\.\w)"
_SEEN_OR_OPEN = frozenset({"share-alike", "pass-through"})
"""Kinds on which the publisher's word settles nothing: the license itself must."""
MIN_WORDS = 3
_ONLY_IN_NOTICE = {
    "notice-file": re.compile(r"text file", re.IGNORECASE),
    "state-changes": re.compile(r"attribution notice|notice.? text file", re.IGNORECASE),
}
"""By kind, words of a license that want something in a file named NOTICE and nowhere else."""
_CREDITS = frozenset({"attribution", "card", "lineage", "notice"})
_PLACES = {
    "attribution": _CREDITS,
    "display-notice": frozenset({"card"}),
    "extracted-model-notice": _CREDITS,
    "notice-file": _CREDITS | {"changes", "document", "license", "policy"},
    "output-dataset-notice": _CREDITS,
    "state-changes": _CREDITS | {"changes"},
}
"""By kind, the texts in which that is looked for which discharges a duty."""


@dataclass(frozen=True)
class Sighting:
    """A place of a repository, and what it shows.

    Attributes:
        file: The path of the file in the repository.
        line: The number of the line, or 0 for the whole file.
        excerpt: The words that stand there, cut.
        shows: What they show.
    """

    file: str
    line: int
    excerpt: str
    shows: str


@dataclass(frozen=True)
class Upstream:
    """A work whose license imposes a duty.

    Attributes:
        kind: ``model``, ``dataset`` or ``service``.
        id: ``owner/name``.
        relation: How the checked work is derived from the next work on the way to it.
    """

    kind: str
    id: str
    relation: str


@dataclass(frozen=True)
class Asked:
    """A duty, and what is known of it.

    Attributes:
        clause: ``license/slug``.
        kind: The code of its kind.
        license: Id of its license.
        names: Spellings by which texts name the license.
        upstreams: Who imposes it.
        quote: The words of the license.
        condition: When it applies, or empty.
        phrases: Prescribed words; one of them suffices.
        prefix: Prescribed beginning of the name, or empty.
        verdict: Of the rule that judges clauses of this kind by metadata, or empty.
        address: Where the text of the license is published, or empty.
    """

    clause: str
    kind: str
    license: str
    names: tuple[str, ...]
    upstreams: tuple[Upstream, ...]
    quote: str = ""
    condition: str = ""
    phrases: tuple[str, ...] = ()
    prefix: str = ""
    verdict: str = ""
    address: str = ""


@dataclass(frozen=True)
class Discharge:
    """Whether a duty is discharged.

    Attributes:
        state: ``fulfilled``, ``missing`` or ``unseen``.
        why: In a sentence.
        evidence: What was seen, also where it is not enough.
        to_do: What discharges it, where it is not.
        answer: Where the publisher answers for what cannot be seen.
    """

    state: str
    why: str
    evidence: tuple[Sighting, ...] = ()
    to_do: str = ""
    answer: Sighting | None = None


def discharge(asked: Asked, contents: Contents, upstream: dict[str, Contents]) -> Discharge:
    """Return whether a repository discharges a duty.

    Args:
        asked: The duty.
        contents: What the repository holds.
        upstream: What the repositories of works upstream hold, by their ids, if they are seen.
    """
    if asked.condition in ASKED_OF_VARIANTS and all(
        one.relation not in MAYBE_VARIANTS for one in asked.upstreams
    ):
        return Discharge(
            FULFILLED, "it is asked of conversions and quantizations, and this is none"
        )
    rule = RULES.get(asked.kind, _not_seen)
    found = rule(asked, contents, upstream)
    if found.state == MISSING and not (asked.condition in HOLDS_BY_FORM or _applies(asked)):
        found = replace(found, state=UNSEEN, why=f"{_if(asked)}; {found.why}")
    elif found.state == MISSING and (unread := _unread(asked, contents)):
        why = f"{_and(sight.file for sight in unread)} could not be read to the end"
        return replace(
            found, state=UNSEEN, why=f"{why}; else {found.why}", evidence=found.evidence + unread
        )
    elif found.state == UNSEEN and asked.condition and not _applies(asked):
        found = replace(found, why=f"{_if(asked)}; {found.why}")
    if found.state == UNSEEN and not (asked.kind in _SEEN_OR_OPEN or asked.prefix):
        blank, answer = _statement(asked, contents)
        if answer is not None:
            return replace(found, answer=answer, to_do="")
        says = f"say so in ATTRIBUTION.md in a line that begins with “{asked.clause}:”"
        todo = found.to_do or f"Do what the clause says, and {says}; or say there why not."
        if found.to_do and not _applies(asked) and asked.clause not in todo:
            todo = f"{todo} If it does not apply, {says}, and why."
        return replace(found, to_do=todo, evidence=found.evidence + blank)
    return found


def _applies(asked: Asked) -> bool:
    """Tell whether the condition of a duty, if it has one, is seen to hold."""
    condition, made = asked.condition, {upstream.relation for upstream in asked.upstreams}
    return (
        not condition
        or condition in HOLDS_ON_PUBLICATION
        or (condition in HOLDS_IF_MODIFIED and bool(made & MODIFYING))
        or (condition in HOLDS_IF_CONTAINED and bool(made & CONTAINING))
    )


def _if(asked: Asked) -> str:
    return f"it applies under a condition that cannot be seen: {asked.condition.rstrip('.')}"


def _unread(asked: Asked, contents: Contents) -> tuple[Sighting, ...]:
    """Return texts that may hold, where they were not read, what discharges a duty."""
    places = _PLACES.get(asked.kind, frozenset())
    if (only := _ONLY_IN_NOTICE.get(asked.kind)) and only.search(asked.quote):
        places = frozenset({"notice"})
    return _not_whole(text for text in contents.texts if text.role in places)


def _not_whole(texts: Iterable[HeldText]) -> tuple[Sighting, ...]:
    return tuple(
        Sighting(text.name, 0, "", "could not be read whole") for text in texts if not text.is_whole
    )


def _statement(asked: Asked, contents: Contents) -> tuple[tuple[Sighting, ...], Sighting | None]:
    """Return where a statement on a duty is still blank, and where the publisher has made it."""
    begins = re.compile(rf"^[\W_]*{re.escape(asked.clause)}[\W_]*:\s*(.*)", re.IGNORECASE)
    blanks: list[Sighting] = []
    for text in contents.by_role("attribution"):
        for block in paragraphs(text.lines):
            said = begins.match(_joined(block))
            if said is None:
                continue
            if BLANK in said[1]:
                blanks.append(_at(text, block[0], "waits to be filled in"))
            elif _is_said(said[1]):
                return (), _at(text, block[0], "the publisher says so; nobody has examined it")
    return tuple(blanks), None


def _is_said(text: str) -> bool:
    return BLANK not in text and not _UNSAID.search(text) and len(_WORD.findall(text)) >= MIN_WORDS


################################################################ rules by kind


def _license_copy(asked: Asked, contents: Contents, upstream: dict[str, Contents]) -> Discharge:
    found = [text for text in contents.texts if asked.license in text.licenses]
    if found:
        shows = f"holds the whole text of {asked.names[0]}"
        return Discharge(
            FULFILLED,
            "the text of the license is among the files",
            tuple(Sighting(text.name, 0, "", shows) for text in found),
        )
    if link_suffices(asked.quote) and (link := _link_to(asked.address, contents)):
        return Discharge(FULFILLED, "the license is linked, as its words allow", (link,))
    if unread := _not_whole(contents.texts):
        return Discharge(
            UNSEEN,
            f"{_and(sight.file for sight in unread)} could not be read to the end",
            unread,
            to_do=f"Put the whole text of {asked.names[0]} in a text file.",
        )
    or_link = f" Or link to it in the card: {asked.address}" if link_suffices(asked.quote) else ""
    return Discharge(
        MISSING,
        f"no file holds the text of {asked.names[0]}, word for word"
        + (", nor is it linked" if or_link else ""),
        to_do=f"Add the full text of {asked.names[0]}, as LICENSE if it is the license of the "
        f"work, else as LICENSES/{asked.license}.txt.{or_link}",
    )


def link_suffices(quote: str) -> bool:
    """Tell whether the words of a license let a link stand for its text, as CC BY 4.0 does."""
    return _LINK_FOR_TEXT.search(quote) is not None


def _link_to(address: str, contents: Contents) -> Sighting | None:
    """Return where a reader finds a link to a license: to its text, or to the page about it."""
    _, _, place = address.partition("://")
    base = re.sub(r"/(?:legalcode)?(?:\.\w+)?\Z", "", place)
    if not base:
        return None
    linked = re.compile(
        rf"https?://(?:www\.)?{re.escape(base)}/?(?:(?:legalcode|deed)[\w.-]*)?(?![\w/-]|\.\w)",
        re.IGNORECASE,
    )
    for text in contents.by_role("card", "attribution", "notice", "lineage"):
        for line in text.lines:
            if BLANK not in line.text and linked.search(_IMAGE.sub(" ", line.text)):
                return _at(text, line, "links to the license")
    return None


def _notice_file(asked: Asked, contents: Contents, upstream: dict[str, Contents]) -> Discharge:
    if not asked.phrases:
        return _upstream_notice(asked, contents, upstream)
    in_file = _ONLY_IN_NOTICE["notice-file"].search(asked.quote) is not None
    places = contents.by_role("notice") if in_file else list(contents.texts)
    for text in places:
        for phrase in asked.phrases:
            if (line := _holding(text, phrase)) is not None:
                return Discharge(
                    FULFILLED,
                    "the notice stands as the license words it",
                    (_at(text, line, "holds the prescribed notice"),),
                )
    where = "file named NOTICE" if in_file else "text"
    return Discharge(
        MISSING,
        f"no {where} holds the notice that the license prescribes",
        to_do=f"Put this in a file named NOTICE: {asked.phrases[0]}",
    )


def _upstream_notice(asked: Asked, contents: Contents, upstream: dict[str, Contents]) -> Discharge:
    """Return whether the notices are kept that works upstream have in NOTICE files."""
    unseen = [one.id for one in asked.upstreams if one.id not in upstream]
    if unseen:
        return Discharge(
            UNSEEN,
            f"whether {_and(unseen)} has a NOTICE file was not seen",
            to_do=f"Look whether {_and(unseen)} has a NOTICE file. If so, copy its text into "
            "NOTICE; say in ATTRIBUTION.md what you found, in a line that begins with "
            f"“{asked.clause}:”. Or show its files by --upstream.",
        )
    evidence: list[Sighting] = []
    for one in asked.upstreams:
        theirs = upstream[one.id].by_role("notice")
        lacking = _lacking(theirs, contents.by_role("notice", "card"))
        if lacking:
            return Discharge(
                MISSING,
                f"the NOTICE file of {one.id} holds lines that no NOTICE file here holds",
                to_do=f"Copy the NOTICE file of {one.id} into NOTICE; it says “{lacking[0]}”.",
            )
        has = "is kept" if theirs else "does not exist, so that there is nothing to keep"
        name = contents.by_role("notice")[0].name if theirs else ""
        evidence.append(Sighting(name, 0, "", f"the NOTICE file of {one.id} {has}"))
    return Discharge(FULFILLED, "nothing of the notices upstream is lost", tuple(evidence))


def _display_notice(asked: Asked, contents: Contents, upstream: dict[str, Contents]) -> Discharge:
    if not asked.phrases:
        return _not_seen(asked, contents, upstream)
    card = contents.card
    in_passing: Line | None = None
    pictured: Line | None = None
    for phrase in asked.phrases:
        words = _plain(phrase)
        alone = re.compile(
            rf"\W*{re.escape(words)}(?=\W*$|\s*[.!;:()|–—]\s|\s+[-–—|]\s)", re.IGNORECASE
        )
        for line in card.lines if card else ():
            plain = _plain(line.text)
            if BLANK in line.text:
                continue
            if card and alone.match(plain):
                return Discharge(
                    FULFILLED,
                    "the card shows the phrase",
                    (_at(card, line, "shows the prescribed phrase"),),
                )
            if words.casefold() in plain.casefold():
                in_passing = in_passing or line
            elif any(_stands_for(image, words) for image in _IMAGE.findall(line.text)):
                pictured = pictured or line
    if card and (found := in_passing or pictured):
        why = (
            "the phrase stands amid other words, and whether that is prominent cannot be told"
            if in_passing
            else "the words stand for a picture, and what that shows was not seen"
        )
        return Discharge(
            UNSEEN,
            why,
            (_at(card, found, "holds the words"),),
            to_do=f"Show “{asked.phrases[0]}” on a line of its own near the top of the card.",
        )
    return Discharge(
        MISSING,
        "the card does not show the phrase",
        to_do=f"Show “{asked.phrases[0]}” on a line of its own near the top of the card, and "
        "wherever else the clause names.",
    )


def _stands_for(image: str, words: str) -> bool:
    """Tell whether a picture has some words for its name, its address or its description."""
    said = f" {_words_of(image)} "
    return f" {_words_of(words)} " in said


def _naming(asked: Asked, contents: Contents, upstream: dict[str, Contents]) -> Discharge:
    if not asked.prefix:
        return _not_seen(asked, contents, upstream)
    match asked.verdict:
        case "met":
            return Discharge(FULFILLED, f"the name begins with “{asked.prefix}”")
        case "violated":
            return Discharge(
                MISSING,
                f"the name does not begin with “{asked.prefix}”",
                to_do=f"Rename the work so that its name, after the account, begins with "
                f"“{asked.prefix}”.",
            )
        case _:
            return Discharge(
                UNSEEN,
                f"whether the name must and does begin with “{asked.prefix}” cannot be told",
                to_do=f"Begin the name, after the account, with “{asked.prefix}”.",
            )


def _by_verdict(asked: Asked, contents: Contents, upstream: dict[str, Contents]) -> Discharge:
    """Return what the rule said that compares the declared license with the clause."""
    line = contents.fields.get("license", 0)
    card = contents.card
    declared = (
        (
            Sighting(
                card.name, line, f"license: {contents.data.get('license')}"[:160], "declares it"
            ),
        )
        if card and line
        else ()
    )
    match asked.verdict:
        case "met" if declared:
            return Discharge(
                FULFILLED, "the declared license is one that the clause accepts", declared
            )
        case "met":
            return Discharge(
                UNSEEN,
                "the card does not state the license that other files hold",
                to_do="State the license in the front matter of the card.",
            )
        case "violated":
            return Discharge(
                MISSING,
                "the declared license is none that the clause accepts",
                declared,
                to_do="Declare a license that the clause accepts, or replace the work upstream.",
            )
        case _:
            return Discharge(
                UNSEEN,
                "whether the license of the work satisfies the clause cannot be told",
                declared,
                to_do="State one license with its version in the card, and name every base.",
            )


def _pass_through(asked: Asked, contents: Contents, upstream: dict[str, Contents]) -> Discharge:
    """Return whether the terms that must be passed on bind recipients and are included."""
    declared = _by_verdict(asked, contents, upstream)
    if declared.state != FULFILLED:
        return declared
    text = _license_copy(asked, contents, upstream)
    if text.state != FULFILLED:
        return replace(text, why=f"the declared license passes the terms on, but {text.why}")
    return Discharge(
        FULFILLED,
        "the declared license binds recipients to the terms, and their text is included",
        declared.evidence + text.evidence,
    )


def _attribution(asked: Asked, contents: Contents, upstream: dict[str, Contents]) -> Discharge:
    slug = asked.clause.rpartition("/")[2]
    if slug not in {"attribution", "notices-kept", "notices-kept-adapted"}:
        return _not_seen(asked, contents, upstream)
    evidence: list[Sighting] = []
    unseen: list[str] = []
    for one in asked.upstreams:
        credit, lacks = _credit(one, asked, contents)
        if lacks:
            return Discharge(
                MISSING,
                lacks,
                tuple(evidence),
                to_do=f"Add a section “Attribution” to the card that names {one.id} with a link "
                f"to it and its license, {asked.names[0]}, and keeps its notices.",
            )
        evidence += credit
        kept = _notices_kept(one, contents, upstream)
        if isinstance(kept, Discharge):
            return replace(kept, evidence=(*evidence, *kept.evidence))
        if kept is None:
            unseen.append(one.id)
        else:
            evidence.append(kept)
    if unseen:
        return Discharge(
            UNSEEN,
            f"it is credited, but whether {_and(unseen)} came with copyright or other notices to "
            "keep was not seen",
            tuple(evidence),
            to_do=f"Look for notices in the files of {_and(unseen)}, and copy them into "
            f"ATTRIBUTION.md in a line that begins with “Notices of {unseen[0]}:”; write there "
            "that it has none if so. Or show its files by --upstream.",
        )
    return Discharge(
        FULFILLED, "each work upstream is credited and its notices are kept", tuple(evidence)
    )


def credit_lacks(one: Upstream, asked: Asked, contents: Contents) -> str:
    """Return what is lacking of the credit of a work upstream, or nothing."""
    return _credit(one, asked, contents)[1]


def _credit(one: Upstream, asked: Asked, contents: Contents) -> tuple[list[Sighting], str]:
    """Return where a work upstream is credited, or what is lacking."""
    named = re.compile(_ID.format(re.escape(one.id)), re.IGNORECASE)
    linked = re.compile(
        rf"\b(?:huggingface|hf)\.co/(?:datasets/)?{re.escape(one.id)}(?![\w/-]|\.\w)", re.IGNORECASE
    )
    lacks = f"nothing credits {one.id}"
    for text, block in _credits(contents):
        words = _IMAGE.sub(" ", "\n".join(line.text for line in block))
        if BLANK in words or not (named.search(words) or linked.search(words)):
            continue
        if _denied(words, min(m.start() for p in (named, linked) for m in p.finditer(words))):
            lacks = f"{text.name} line {block[0].number} says that it is not made from {one.id}"
        elif not linked.search(words):
            lacks = f"{text.name} line {block[0].number} names {one.id} without a link to it"
        elif not _names_license(named.sub(" ", linked.sub(" ", words)), asked.names):
            lacks = (
                f"{text.name} line {block[0].number} names {one.id} without its license, "
                f"{asked.names[0]}"
            )
        else:
            return [_at(text, block[0], f"credits {one.id} with link and license")], ""
    return [], lacks


def _denied(words: str, place: int) -> bool:
    """Tell whether what stands before the name of a work denies that this one is made from it."""
    before = re.sub(r"\n(?!\s*[-*+\d])", " ", words[:place])
    return _DENIED.search(before) is not None


def _credits(contents: Contents) -> Iterator[tuple[HeldText, list[Line]]]:
    """Yield the paragraphs in which credit is looked for."""
    for text in contents.by_role("attribution", "notice", "lineage"):
        for block in paragraphs(text.lines):
            yield text, block
    if card := contents.card:
        for heading, block in _sections(card):
            if heading and _ATTRIBUTION_HEADING.search(heading):
                yield card, block


def _sections(text: HeldText) -> Iterator[tuple[str, list[Line]]]:
    """Yield (headings above it, paragraph) for each paragraph that is no heading."""
    above: list[tuple[int, str]] = []
    for block in paragraphs(text.lines):
        heading = _HEADING.match(block[0].text)
        if heading:
            level = len(heading[1])
            above = [*(h for h in above if h[0] < level), (level, heading[2])]
        else:
            yield " / ".join(title for _, title in above), block


def _names_license(words: str, names: Iterable[str]) -> bool:
    """Tell whether words name a license: in full, or shortly beside a word that says so."""
    plain = re.sub(r"https?://\S+|[\w.-]+/[\w.-]+", " ", _MARKUP.sub(r" \1 ", words))
    said = f" {_tokens(plain)} "
    label, *short = names
    if f" {_tokens(label)} " in said:
        return True
    is_about_terms = re.search(r"licen[sc]|terms|agreement|\bunder\b|\(", plain, re.IGNORECASE)
    return bool(is_about_terms) and any(f" {_tokens(name)} " in said for name in short)


_NOT_TELLING = frozenset({"the", "license", "licence", "version", "v", "licenseref", "agreement"})


def _tokens(text: str) -> str:
    """Return the words that tell licenses apart, in one spelling."""
    words = re.findall(r"[a-z]+|\d+(?:\.\d+)*", text.casefold())
    return " ".join(word for word in words if word not in _NOT_TELLING)


def _notices_kept(
    one: Upstream, contents: Contents, upstream: dict[str, Contents]
) -> Sighting | Discharge | None:
    """Return what shows that the notices of a work upstream are kept, or that they are not."""
    if one.id in upstream:
        theirs = [line for text in upstream[one.id].texts for line in copyright_lines(text)]
        ours = " ".join(
            _plain(line.text) for text in contents.texts for line in text.lines
        ).casefold()
        for line in theirs:
            if line.casefold() not in ours:
                return Discharge(
                    MISSING,
                    f"a notice of {one.id} is not kept: “{line}”",
                    to_do=f"Copy the notices of {one.id} into ATTRIBUTION.md.",
                )
        said = "are kept" if theirs else "are none in the files that were shown"
        return Sighting("", 0, "", f"the copyright notices of {one.id} {said}")
    for text in contents.by_role("attribution"):
        for block in paragraphs(text.lines):
            words = _joined(block)
            if not _NOTICES_OF.match(words) or one.id.casefold() not in words.casefold():
                continue
            after = words[words.casefold().index(one.id.casefold()) + len(one.id) :]
            if BLANK in after:
                return Discharge(
                    MISSING,
                    f"the place for the notices of {one.id} is still blank",
                    (_at(text, block[0], "waits to be filled in"),),
                    to_do=f"Copy the notices of {one.id} there, or write that it has none.",
                )
            if _is_said(after):
                return _at(
                    text, block[0], f"gives the notices of {one.id}, by the publisher's word"
                )
    return None


def copyright_lines(text: HeldText) -> Iterator[str]:
    """Yield the copyright notices in a text."""
    for line in text.lines:
        plain = _plain(line.text)
        if re.match(
            r"\W*(?:copyright\b|©)(?=.*\d{4}|.*\b(?:all rights reserved)\b)", plain, re.IGNORECASE
        ):
            yield plain


def _state_changes(asked: Asked, contents: Contents, upstream: dict[str, Contents]) -> Discharge:
    slug = asked.clause.rpartition("/")[2]
    if slug != "state-changes":
        return _not_seen(asked, contents, upstream)
    in_notice = _ONLY_IN_NOTICE["state-changes"].search(asked.quote)
    wants_date = re.search(r"\bdate\b", asked.quote, re.IGNORECASE) is not None
    several = len({one.id for one in asked.upstreams}) > 1
    lacks, blank = "nothing states what was changed", False
    for text, block in _change_statements(contents):
        words = _joined(block)
        if BLANK in words:
            blank = True
            lacks = f"{text.name} line {block[0].number} is still to be filled in"
            continue
        if in_notice and text.role != "notice":
            lacks = "the license wants the statement in the NOTICE file, and it stands elsewhere"
        elif not _says_a_change(words):
            continue
        elif wants_date and not _DATE.search(words):
            lacks = f"{text.name} line {block[0].number} states changes without a date"
        elif several and not all(_mentions(words, one.id) for one in asked.upstreams):
            lacks = f"{text.name} line {block[0].number} does not name each work that was changed"
        elif not blank:
            return Discharge(
                FULFILLED,
                "what was changed is stated",
                (_at(text, block[0], "states changes"),),
            )
    date = ", with the date" if wants_date else ""
    where = "in NOTICE" if in_notice else "in a section “Changes” of the card"
    return Discharge(
        MISSING,
        lacks,
        to_do=f"State {where} what you changed in {_and(one.id for one in asked.upstreams)}{date}.",
    )


def _says_a_change(words: str) -> bool:
    """Tell whether something is left of a statement without what denies that it is one."""
    said = (part for part in _SENTENCE_END.split(words) if not _UNCHANGED.search(part))
    return len(_WORD.findall(" ".join(said))) >= MIN_WORDS


def _change_statements(contents: Contents) -> Iterator[tuple[HeldText, list[Line]]]:
    for text in contents.texts:
        if text.role not in _PLACES["state-changes"]:
            continue
        for heading, block in _sections(text):
            title = heading.rpartition(" / ")[2]
            below = _CHANGES_HEADING.search(title) and not _NOT_YET.search(title)
            if _NO_CHANGES.match(_joined(block)):
                continue
            if text.role == "changes" or below or _CHANGES_LINE.match(_joined(block)):
                yield text, block


def _mentions(words: str, id_: str) -> bool:
    name = id_.rpartition("/")[2]
    return (
        re.search(_ID.format(rf"(?:{re.escape(id_)}|{re.escape(name)})"), words, re.IGNORECASE)
        is not None
    )


def _sentence(
    *needed: re.Pattern[str],
) -> Callable[[Asked, Contents, dict[str, Contents]], Discharge]:
    """Return a rule that asks for a paragraph with a work upstream, its license and some words."""

    def rule(asked: Asked, contents: Contents, upstream: dict[str, Contents]) -> Discharge:
        evidence: list[Sighting] = []
        for one in asked.upstreams:
            found = next(
                (
                    _at(text, block[0], f"says what was made with {one.id}")
                    for text in contents.by_role(*_CREDITS)
                    for block in paragraphs(text.lines)
                    if one.id.casefold() in (folded := (words := _joined(block)).casefold())
                    and not _denied(folded, folded.index(one.id.casefold()))
                    and BLANK not in words
                    and _names_license(_without(words, one.id), asked.names)
                    and all(pattern.search(words) for pattern in needed)
                ),
                None,
            )
            if found is None:
                return Discharge(
                    MISSING,
                    f"nothing says what was made with the output of {one.id}",
                    tuple(evidence),
                    to_do=f"State in the card: {sentence_for(asked.kind, one, asked.names[0])}",
                )
            evidence.append(found)
        return Discharge(FULFILLED, "the notice is given", tuple(evidence))

    return rule


def _without(words: str, id_: str) -> str:
    return re.sub(re.escape(id_), " ", words, flags=re.IGNORECASE)


def sentence_for(kind: str, one: Upstream, license_: str) -> str:
    """Return a sentence that gives the notice which clauses of a kind ask for."""
    if kind == "extracted-model-notice":
        return (
            f"This model was created from Output of {one.id}, which is provided under {license_}."
        )
    return f"This dataset contains AI-generated content, generated using {one.id} ({license_})."


def _source_disclosure(
    asked: Asked, contents: Contents, upstream: dict[str, Contents]
) -> Discharge:
    adaptable = [one for one in contents.weights if one.form == "adaptable"]
    if adaptable:
        shown = Sighting(adaptable[0].name, 0, "", f"{len(adaptable)} files of adaptable weights")
        return Discharge(
            UNSEEN,
            "weights that can be trained further are here; whether they are all that the clause "
            "asks for cannot be told",
            (shown,),
        )
    if contents.weights:
        one = contents.weights[0]
        kinds = " and ".join(sorted({weights.form for weights in contents.weights}))
        return Discharge(
            MISSING,
            f"the weights are here in {kinds} form only, which is not the form for modification",
            (Sighting(one.name, 0, "", f"is {one.form}"),),
            to_do="Publish the weights in a form that can be trained further beside them, such as "
            "unquantized safetensors, with what is needed to build these from them.",
        )
    return Discharge(UNSEEN, "no weights are here")


def _not_seen(asked: Asked, contents: Contents, upstream: dict[str, Contents]) -> Discharge:
    return Discharge(UNSEEN, "nothing in a repository shows whether this is done")


RULES = {
    "license-copy": _license_copy,
    "notice-file": _notice_file,
    "display-notice": _display_notice,
    "naming": _naming,
    "share-alike": _by_verdict,
    "pass-through": _pass_through,
    "attribution": _attribution,
    "state-changes": _state_changes,
    "extracted-model-notice": _sentence(
        re.compile(r"\boutputs?\b", re.IGNORECASE),
        re.compile(r"\bcreated|distill|generated|trained|extracted", re.IGNORECASE),
    ),
    "output-dataset-notice": _sentence(re.compile(r"generated", re.IGNORECASE)),
    "source-disclosure": _source_disclosure,
}
"""What decides on duties of a kind; of all other kinds nothing can be seen."""


################################################################ words


def _plain(text: str) -> str:
    """Return the words of a line of Markdown, in one spelling of quotes and spaces."""
    plain = _MARKUP.sub(lambda m: m[1] or "", _IMAGE.sub(" ", text))
    plain = re.sub("[“”„«»]", '"', plain)
    plain = re.sub("[‘’]", "'", plain)
    plain = re.sub(r"\(c\)", "©", plain, flags=re.IGNORECASE)
    return " ".join(plain.split())


def _words_of(text: str) -> str:
    return " ".join(re.split(r"(?:%20|[\W_])+", text.casefold()))


def _joined(block: Sequence[Line]) -> str:
    """Return the words of a paragraph, without those that stand for pictures."""
    return " ".join(_IMAGE.sub(" ", line.text).strip() for line in block)


def _holding(text: HeldText, phrase: str) -> Line | None:
    """Return the line at which a text holds a phrase, whatever its line breaks."""
    words = re.escape(_plain(phrase).rstrip(". "))
    words = re.sub(r"\\\[[^]]*year\\\]", r"(?:19|20)\\d\\d", words, flags=re.IGNORECASE)
    pattern = re.compile(rf"{words}(?!\w|[.-]\w)", re.IGNORECASE)
    for block in paragraphs(text.lines):
        joined = _plain(_joined(block))
        if BLANK not in joined and pattern.search(joined):
            first = _plain(phrase).split()[0].casefold()
            return next((line for line in block if first in line.text.casefold()), block[0])
    return None


def _lacking(theirs: Iterable[HeldText], ours: Iterable[HeldText]) -> list[str]:
    """Return the lines of texts that no text of others holds."""
    kept = " ".join(_plain(line.text) for text in ours for line in text.lines).casefold()
    lines = [_plain(line.text) for text in theirs for line in text.lines]
    return [line for line in lines if line and line.casefold() not in kept]


def _at(text: HeldText, line: Line, shows: str) -> Sighting:
    return Sighting(text.name, line.number, line.text.strip()[:160], shows)


def _and(ids: Iterable[str]) -> str:
    return " and ".join(dict.fromkeys(ids))
