"""What in a repository discharges which duty, and what does not."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from licet_ingest.cards import MAX_CARD_BYTES
from licet_ingest.repository_contents import Contents, read_contents
from licet_reasoning.conditions import (
    HOLDS_BY_FORM,
    HOLDS_IF_CONTAINED,
    HOLDS_IF_MODIFIED,
    HOLDS_ON_PUBLICATION,
)
from licet_reasoning.discharge import (
    FULFILLED,
    MISSING,
    RULES,
    UNSEEN,
    Asked,
    Discharge,
    Upstream,
    discharge,
    sentence_for,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    State = Callable[..., str]

BASE = Upstream("model", "acme/base", "finetunedFrom")
APACHE = (Path(__file__).parents[2] / "LICENSE").read_text(encoding="utf-8")
TEXTS = Path(__file__).parents[3] / "shared/data/license-texts"
FRONT = "---\nlicense: llama3.1\nbase_model: acme/base\n---\n"
NOTICE = (
    "Llama 3.1 is licensed under the Llama 3.1 Community License, "
    "Copyright © Meta Platforms, Inc. All Rights Reserved."
)


def asked(kind: str, license_: str = "llama3.1", slug: str | None = None, **more: object) -> Asked:
    names = {
        "llama3.1": "Llama 3.1 Community License Agreement",
        "apache-2.0": "Apache License 2.0",
    }
    one = Asked(f"{license_}/{slug or kind}", kind, license_, (names[license_], license_), (BASE,))
    return replace(one, **more)  # type: ignore[arg-type]


@pytest.fixture
def seen(tmp_path: Path) -> Callable[..., Discharge]:
    """Returns what files show of a duty."""

    def look(
        duty: Asked, files: dict[str, str], upstream: dict[str, str] | None = None
    ) -> Discharge:
        shown: dict[str, Contents] = {}
        for folder, held in (("here", files), ("there", upstream or {})):
            for name, text in held.items():
                path = tmp_path / folder / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text, encoding="utf-8")
        (tmp_path / "here").mkdir(exist_ok=True)
        if upstream is not None:
            (tmp_path / "there").mkdir(exist_ok=True)
            shown["acme/base"] = read_contents(tmp_path / "there")
        return discharge(duty, read_contents(tmp_path / "here"), shown)

    return look


@pytest.fixture
def state(seen: Callable[..., Discharge]) -> State:
    """Returns the state of a duty by some files."""
    return lambda *args: seen(*args).state


def test_every_kind_with_a_rule_of_its_own_stands_in_the_table_of_the_docs() -> None:
    page = (Path(__file__).parents[2] / "docs" / "check.md").read_text(encoding="utf-8")
    table = page.split("## What discharges a duty")[1].split("\n## ")[0]
    told = set(re.findall(r"^\| `([\w-]+)` \|", table, re.MULTILINE))
    assert told == set(RULES)


################################################################ license copy


@pytest.mark.parametrize(
    "name",
    [
        "LICENSE",
        "LICENSE.md",
        "LICENSES/Apache-2.0.txt",
        "NOTICE",
        "README.md",
        "ABOUT.md",
        "Credits",
    ],
)
def test_the_text_of_the_license_is_a_copy_of_it(state: State, name: str) -> None:
    assert state(asked("license-copy", "apache-2.0"), {name: APACHE}) == FULFILLED


@pytest.mark.parametrize("around", ["## License\n\n{}", "```\n{}\n```\n", "<pre>\n{}</pre>"])
def test_the_text_of_the_license_may_stand_in_the_card(
    seen: Callable[..., Discharge], around: str
) -> None:
    card = f"{FRONT}# Model\n\nIt cooks.\n\n{around.format(APACHE)}\n\nMore words.\n"
    found = seen(asked("license-copy", "apache-2.0"), {"README.md": card})
    assert (found.state, found.evidence[0].file) == (FULFILLED, "README.md")


@pytest.mark.parametrize(
    "text",
    [
        APACHE[:9000],
        APACHE.replace("work stoppage", "stoppage"),
        f"<!-- {APACHE} -->",
        f"<div hidden>\n{APACHE}</div>",
    ],
)
@pytest.mark.parametrize("name", ["README.md", "ABOUT.md"])
def test_a_document_with_less_than_the_whole_text_to_be_read_is_no_copy(
    state: State, name: str, text: str
) -> None:
    duty = asked("license-copy", "apache-2.0")
    assert state(duty, {name: f"# Model\n\nIt cooks.\n\n{text}\n"}) == MISSING


@pytest.mark.skipif(not TEXTS.is_dir(), reason="the texts of licenses are not in this repository")
def test_no_whole_text_of_a_license_is_passed_over_in_a_card(tmp_path: Path) -> None:
    passed_over = []
    for path in sorted(TEXTS.iterdir()):
        text = path.read_text(encoding="utf-8", errors="replace")
        (tmp_path / "README.md").write_text(FRONT, encoding="utf-8")
        (tmp_path / "LICENSE").write_text(text, encoding="utf-8")
        (tmp_path / "ABOUT.md").write_text(f"# Model\n\n```\n{text}\n```\n", encoding="utf-8")
        found = {held.name: held.licenses for held in read_contents(tmp_path).texts}
        if found["LICENSE"] != found.get("ABOUT.md", ()):
            passed_over.append(path.name)
    assert passed_over == []


CC_BY = {
    "quote": "include the text of, or the URI or hyperlink to, this Public License",
    "address": "https://creativecommons.org/licenses/by/4.0/legalcode",
}


@pytest.mark.parametrize(
    ("link", "expected"),
    [
        ("[CC BY 4.0](https://creativecommons.org/licenses/by/4.0/)", FULFILLED),
        ("<http://www.creativecommons.org/licenses/by/4.0/legalcode.en>", FULFILLED),
        ("see https://creativecommons.org/licenses/by/4.0/deed.de.", FULFILLED),
        ("[![CC BY](by.svg)](https://creativecommons.org/licenses/by/4.0/)", FULFILLED),
        ("![https://creativecommons.org/licenses/by/4.0/](by.svg)", MISSING),
        ("https://creativecommons.org/licenses/by/4.0/us/", MISSING),
        ("https://creativecommons.org/licenses/by/3.0/", MISSING),
        ("https://creativecommons.org/licenses/by-nc/4.0/", MISSING),
        ("creativecommons.org", MISSING),
        ("<!-- https://creativecommons.org/licenses/by/4.0/ -->", MISSING),
        ("[by]: https://creativecommons.org/licenses/by/4.0/", MISSING),
    ],
)
def test_a_link_stands_for_the_text_where_the_license_says_so(
    state: State, link: str, expected: str
) -> None:
    card = {"README.md": f"{FRONT}{link}\n"}
    duty = asked("license-copy", "apache-2.0", **CC_BY)
    assert state(duty, card) == expected
    assert state(replace(duty, quote="provide a copy of this Agreement"), card) == MISSING


def test_words_beside_the_whole_text_do_not_take_the_copy_away(state: State) -> None:
    text = f"{APACHE}\nThe weights may not be used on Sundays by anybody who likes them.\n"
    assert state(asked("license-copy", "apache-2.0"), {"LICENSE": text}) == FULFILLED


@pytest.mark.parametrize(
    "text", ["", "Apache-2.0", "See https://www.apache.org/licenses/LICENSE-2.0", APACHE[:9000]]
)
def test_less_than_the_whole_text_is_no_copy(state: State, text: str) -> None:
    assert state(asked("license-copy", "apache-2.0"), {"LICENSE": text}) == MISSING


def test_the_text_of_another_license_is_no_copy(state: State) -> None:
    assert state(asked("license-copy"), {"LICENSE": APACHE}) == MISSING


@pytest.mark.parametrize("data", [b"Llama \xff broken \x80", b"PK\0\0\0", b"\0"])
def test_a_license_file_that_cannot_be_read_shows_nothing(
    seen: Callable[..., Discharge], tmp_path: Path, data: bytes
) -> None:
    (tmp_path / "here").mkdir()
    (tmp_path / "here" / "LICENSE").write_bytes(data)
    assert seen(asked("license-copy"), {}).state == UNSEEN


def test_what_a_card_may_hold_beyond_what_is_read_of_it_is_not_missing(tmp_path: Path) -> None:
    card = tmp_path / "README.md"
    card.write_text(FRONT, encoding="utf-8")
    short = read_contents(tmp_path)
    card.write_text(FRONT + "It cooks.\n" * (MAX_CARD_BYTES // 10), encoding="utf-8")
    long = read_contents(tmp_path)
    duties = {
        asked("attribution"): UNSEEN,
        asked("display-notice", phrases=("Built with Llama",)): UNSEEN,
        asked("license-copy"): UNSEEN,
        asked("notice-file", phrases=(NOTICE,)): UNSEEN,
        asked("output-dataset-notice"): UNSEEN,
        asked("state-changes"): UNSEEN,
        notice_duty(): MISSING,
        asked("share-alike", verdict="violated"): MISSING,
    }
    assert {discharge(duty, short, {}).state for duty in duties} == {MISSING}
    assert {duty: discharge(duty, long, {}).state for duty in duties} == duties


################################################################ notice file


def notice_duty() -> Asked:
    quote = "the following attribution notice within a “Notice” text file"
    return asked("notice-file", quote=quote, phrases=(NOTICE,))


def test_a_notice_file_with_the_prescribed_words_fulfils(state: State) -> None:
    assert state(notice_duty(), {"NOTICE": f"Hello\n\n{NOTICE}\n"}) == FULFILLED


def test_line_breaks_and_the_sign_of_copyright_do_not_matter(state: State) -> None:
    text = NOTICE.replace("©", "(c)").replace("License, ", "License,\n   ")
    assert state(notice_duty(), {"Notice.txt": text}) == FULFILLED


def test_words_in_the_card_are_no_notice_file(state: State) -> None:
    assert state(notice_duty(), {"README.md": FRONT + NOTICE}) == MISSING


def test_words_in_the_card_suffice_where_no_file_is_prescribed(state: State) -> None:
    duty = asked("notice-file", quote="the following attribution notice", phrases=(NOTICE,))
    assert state(duty, {"README.md": FRONT + NOTICE}) == FULFILLED


@pytest.mark.parametrize("text", [NOTICE.replace("3.1", "3"), NOTICE[:60], "", "NOTICE"])
def test_other_words_are_not_the_notice(state: State, text: str) -> None:
    assert state(notice_duty(), {"NOTICE": text}) == MISSING


def test_a_year_is_asked_for_where_the_words_have_a_place_for_one(state: State) -> None:
    duty = asked(
        "notice-file", phrases=("All rights reserved. Copyright © xAI [applicable year].",)
    )
    assert state(duty, {"NOTICE": "All rights reserved. Copyright © xAI 2025."}) == FULFILLED
    assert (
        state(duty, {"NOTICE": "All rights reserved. Copyright © xAI [FILL IN: year]."}) == MISSING
    )


IF_NOTICE = "The upstream work includes a NOTICE file."


def test_whether_upstream_has_a_notice_file_is_not_guessed(state: State) -> None:
    duty = asked("notice-file", "apache-2.0", condition=IF_NOTICE)
    assert state(duty, {"NOTICE": "Something"}) == UNSEEN


def test_a_notice_file_upstream_must_be_kept_line_for_line(state: State) -> None:
    duty = asked("notice-file", "apache-2.0", condition=IF_NOTICE)
    theirs = {"NOTICE": "Base\nCopyright 2024 Acme"}
    assert state(duty, {"NOTICE": "Mine\nBase\nCopyright 2024 Acme\n"}, theirs) == FULFILLED
    assert state(duty, {"NOTICE": "Mine\nBase\n"}, theirs) == UNSEEN  # under its condition


def test_no_notice_file_upstream_leaves_nothing_to_keep(state: State) -> None:
    duty = asked("notice-file", "apache-2.0", condition=IF_NOTICE)
    assert state(duty, {}, {"README.md": "x"}) == FULFILLED


################################################################ display


@pytest.mark.parametrize(
    "body",
    [
        "**Built with Llama**",
        "# Built with Llama",
        "> Built with Llama.",
        "[Built with Llama](https://llama.com)",
        "[![](badge.svg) Built with Llama](https://llama.com)",
        "![Built with Llama](badge.svg)\n\nBuilt with Llama",
        "Built with Llama. Made by us.",
    ],
)
def test_the_phrase_shown_by_itself_fulfils(state: State, body: str) -> None:
    duty = asked("display-notice", phrases=("Built with Llama",))
    assert state(duty, {"README.md": f"{FRONT}# Model\n\n{body}\n"}) == FULFILLED


@pytest.mark.parametrize(
    "body",
    [
        "We do not say Built with Llama anywhere.",
        "Built with Llama.cpp",
        "Built with Llama-like models",
        "It is said that this was built with llama weights",
    ],
)
def test_the_words_amid_others_are_not_taken_for_the_phrase(state: State, body: str) -> None:
    duty = asked("display-notice", phrases=("Built with Llama",))
    assert state(duty, {"README.md": FRONT + body}) == UNSEEN


@pytest.mark.parametrize(
    "body",
    [
        "<!-- Built with Llama -->",
        "```\nBuilt with Llama\n```",
        '<p style="display: none">Built with Llama</p>',
        "<div hidden>\nBuilt with Llama\n</div>",
        "<del>Built with Llama</del>",
        "~~Built with Llama~~",
        "[//]: # (Built with Llama)",
        "Built with Lla",
        "",
    ],
)
def test_what_no_reader_sees_is_not_shown(state: State, body: str) -> None:
    duty = asked("display-notice", phrases=("Built with Llama",))
    assert state(duty, {"README.md": FRONT + body}) == MISSING


@pytest.mark.parametrize(
    "body",
    [
        "![Built with Llama](badge.svg)",
        "[![Built with Llama](badge.svg)](https://llama.com)",
        "![Built with Llama][badge]",
        "![\nBuilt with Llama\n](badge.svg)",
        '<img src="badge.svg" alt="Built with Llama">',
        '<img\n src="badge.svg"\n alt=\n"Built with Llama"\n/>',
        "![](https://img.shields.io/badge/Built%20with-Llama-blue)",
    ],
)
def test_what_a_picture_shows_is_not_seen(state: State, body: str) -> None:
    # Section 1(b)(i) wants the words displayed; who sees the picture need not see its words.
    duty = asked("display-notice", phrases=("Built with Llama",))
    assert state(duty, {"README.md": f"{FRONT}# Model\n\n{body}\n"}) == UNSEEN


def test_words_that_stand_for_a_picture_are_no_credit_either(state: State) -> None:
    credit = "![acme/base https://huggingface.co/acme/base Apache License 2.0](a.svg)"
    duty = asked("attribution", "apache-2.0")
    assert state(duty, {"README.md": f"{FRONT}## Attribution\n\n{credit}\n"}) == MISSING


def test_a_phrase_for_a_product_cannot_be_seen(state: State) -> None:
    condition = "The work is used for a commercial product of yours."
    duty = asked("display-notice", phrases=("Kimi K2",), condition=condition)
    assert state(duty, {"README.md": FRONT}) == UNSEEN


################################################################ attribution

CREDIT = (
    "## Attribution\n\n- [acme/base](https://huggingface.co/acme/base), "
    "under the Llama 3.1 Community License Agreement\n"
)
NONE = {"ATTRIBUTION.md": "Notices of acme/base: it comes with none\n"}


def test_credit_with_link_and_license_and_the_notices_fulfil(state: State) -> None:
    assert state(asked("attribution"), {"README.md": FRONT + CREDIT, **NONE}) == FULFILLED


def test_credit_alone_says_nothing_of_the_notices(state: State) -> None:
    assert state(asked("attribution"), {"README.md": FRONT + CREDIT}) == UNSEEN


def test_notices_upstream_are_looked_for(state: State) -> None:
    files = {"README.md": FRONT + CREDIT}
    theirs = {"LICENSE": "Copyright 2024 Acme Inc.\n"}
    assert state(asked("attribution"), files, theirs) == MISSING
    files["ATTRIBUTION.md"] = "Copyright 2024 Acme Inc.\n"
    assert state(asked("attribution"), files, theirs) == FULFILLED


@pytest.mark.parametrize(
    "card",
    [
        "",  # metadata alone
        "# M\n\nLike [acme/base](https://huggingface.co/acme/base), Llama 3.1 License\n",
        "## Attribution\n\nThanks to all who helped.\n",
        "## Attribution\n\n- acme/base (Llama 3.1 Community License)\n",  # no link
        "## Attribution\n\n- [acme/base](https://huggingface.co/acme/base)\n",  # no license
        CREDIT.replace("acme/base", "acme/base-2"),
        CREDIT.replace("acme/base", "other-acme/base"),
        f"<!--\n{CREDIT}\n-->",
        f"```\n{CREDIT}\n```",
        CREDIT.replace("under the", "[FILL IN: terms] under the"),
    ],
)
def test_less_than_credit_is_missing(state: State, card: str) -> None:
    assert state(asked("attribution"), {"README.md": FRONT + card, **NONE}) == MISSING


@pytest.mark.parametrize(
    ("before", "state_of_it"),
    [
        ("Not based on ", MISSING),
        ("This model is not\nderived from ", MISSING),
        ("It isn't a fine-tune of ", MISSING),
        ("Unlike ", MISSING),
        ("It was never trained with the output of ", MISSING),
        ("Not an official release. Based on ", FULFILLED),
        ("Not made by Acme (based on ", FULFILLED),
        ("- not based on o/other\n- ", FULFILLED),
        ("", FULFILLED),
    ],
)
def test_a_paragraph_that_denies_the_origin_gives_no_credit(
    state: State, before: str, state_of_it: str
) -> None:
    link = "[acme/base](https://huggingface.co/acme/base)"
    card = f"## Credits\n\n{before}{link}, Llama 3.1 Community License\n"
    assert state(asked("attribution"), {"README.md": FRONT + card, **NONE}) == state_of_it


def test_the_short_address_of_the_hub_is_a_link(state: State) -> None:
    card = CREDIT.replace("https://huggingface.co/", "https://hf.co/")
    assert state(asked("attribution"), {"README.md": FRONT + card, **NONE}) == FULFILLED


def test_each_of_several_works_must_be_credited(state: State) -> None:
    duty = asked("attribution", upstreams=(BASE, replace(BASE, id="acme/second")))
    assert state(duty, {"README.md": FRONT + CREDIT, **NONE}) == MISSING


def test_the_name_of_a_model_is_not_the_name_of_its_license(state: State) -> None:
    llama = replace(BASE, id="meta-llama/Llama-3.1-8B")
    link = "[meta-llama/Llama-3.1-8B](https://huggingface.co/meta-llama/Llama-3.1-8B)"
    card = f"## Credits\n\n- {link} (base)\n"
    assert state(asked("attribution", upstreams=(llama,)), {"README.md": FRONT + card}) == MISSING


def test_a_blank_for_the_notices_keeps_the_duty_missing(state: State) -> None:
    blank = {"ATTRIBUTION.md": "Notices of acme/base: [FILL IN: copy them here]\n"}
    assert state(asked("attribution"), {"README.md": FRONT + CREDIT, **blank}) == MISSING


################################################################ changes


@pytest.mark.parametrize(
    "body",
    [
        "## Changes\n\nFine-tuned on 3,000 recipes with a learning rate of 1e-5.\n",
        "## Attribution\n\nModifications: applied orthogonal projection, then merged.\n",
        "### What was changed\n\n- Removed the refusal direction in all layers.\n",
        "## Changes\n\nThe tokenizer is unchanged, the weights were trained on recipes.\n",
        "## Changes\n\n我们在中文食谱上微调了所有权重。\n",
    ],
)
def test_a_statement_of_changes_fulfils(state: State, body: str) -> None:
    assert state(asked("state-changes"), {"README.md": FRONT + body}) == FULFILLED


@pytest.mark.parametrize(
    "body",
    [
        "",
        "## Changes\n",
        "## Changes\n\nTBD\n",
        "## Changes\n\n[FILL IN: what you changed in acme/base]\n",
        "## Training\n\nFine-tuned on 3,000 recipes.\n",
        "Nothing changes here.\n",
        "## No changes\n\nOf this model, we repeat all.\n",
        "## Changes\n\nNothing at all was changed.\n",
        "## Changes to be made\n\nWe want to fine-tune it.\n",
        "## Changes\n\nTODO: say what we did.\n",
        "## Changes\n\nThe weights are unchanged.\n",
        "## Changes\n\nThe model was not modified in any way.\n",
        "## Changes\n\nWe didn't change any of it; it is the same as the base.\n",
        "## Changes\n\nSee the commit history for details.\n",
        "## Changes\n\nAm Modell wurden keine Änderungen vorgenommen.\n",
        "## Changes\n\nLe modèle n'a pas été modifié.\n",
        "## Changes\n\n未对模型权重作任何修改。\n",
    ],
)
def test_less_than_a_statement_is_missing(state: State, body: str) -> None:
    assert state(asked("state-changes"), {"README.md": FRONT + body}) == MISSING


def test_a_date_is_wanted_where_the_license_wants_one(state: State) -> None:
    duty = asked("state-changes", quote="notices stating that you modified it, and a relevant date")
    body = "## Changes\n\nFine-tuned on recipes"
    assert state(duty, {"README.md": f"{FRONT}{body}.\n"}) == MISSING
    assert state(duty, {"README.md": f"{FRONT}{body} on 2026-03-01.\n"}) == FULFILLED


def test_the_notice_file_is_wanted_where_the_license_wants_it_there(state: State) -> None:
    duty = asked("state-changes", quote="include in the Attribution Notice a statement that")
    said = "Changes: fine-tuned on recipes\n"
    assert state(duty, {"README.md": f"{FRONT}\n{said}"}) == MISSING
    assert state(duty, {"NOTICE": said}) == FULFILLED


def test_each_work_that_was_changed_is_named(state: State) -> None:
    duty = asked("state-changes", upstreams=(BASE, replace(BASE, id="acme/second")))
    assert state(duty, {"README.md": f"{FRONT}## Changes\n\nMerged base by slerp.\n"}) == MISSING
    body = "## Changes\n\nMerged base and second by slerp.\n"
    assert state(duty, {"README.md": FRONT + body}) == FULFILLED


################################################################ conditions and statements

IF_MODIFIED = "Files were modified."


@pytest.mark.parametrize(
    ("relation", "found"), [("finetunedFrom", MISSING), ("adapterFor", UNSEEN), ("basedOn", UNSEEN)]
)
def test_a_condition_is_taken_to_hold_only_where_that_is_seen(
    state: State, relation: str, found: str
) -> None:
    duty = asked(
        "state-changes", condition=IF_MODIFIED, upstreams=(replace(BASE, relation=relation),)
    )
    assert state(duty, {"README.md": FRONT}) == found


@pytest.mark.parametrize(
    "condition", sorted(HOLDS_ON_PUBLICATION | HOLDS_IF_MODIFIED | HOLDS_IF_CONTAINED)
)
def test_a_fine_tune_that_is_published_meets_these_conditions(state: State, condition: str) -> None:
    duty = asked("license-copy", condition=condition)
    assert state(duty, {"README.md": FRONT}) == MISSING
    of_output = replace(duty, upstreams=(replace(BASE, relation="trainedOn"),))
    unless_changed = MISSING if condition in HOLDS_ON_PUBLICATION else UNSEEN
    assert state(of_output, {"README.md": FRONT}) == unless_changed


def test_the_publisher_can_answer_for_what_cannot_be_seen(seen: Callable[..., Discharge]) -> None:
    said = {"ATTRIBUTION.md": "llama3.1/registration: registered by mail on 2026-01-02\n"}
    found = seen(asked("registration"), said)
    assert found.state == UNSEEN
    assert found.answer is not None
    assert found.answer.line == 1


@pytest.mark.parametrize(
    "answer",
    [
        "[FILL IN: how it is done]",
        "I do not know whether it has one.",
        "We don't know that for sure.",
        "TODO check this later on",
        "to be done before the release",
        "have not looked there, sorry",
        "It is not yet clear to us",
    ],
)
def test_who_has_no_answer_gives_none(seen: Callable[..., Discharge], answer: str) -> None:
    said = {"ATTRIBUTION.md": f"llama3.1/registration: {answer}\n"}
    assert seen(asked("registration"), said).answer is None
    files = {"README.md": FRONT + CREDIT, "ATTRIBUTION.md": f"Notices of acme/base: {answer}\n"}
    assert seen(asked("attribution"), files).state != FULFILLED


def test_notices_may_speak_of_later_versions_and_of_what_is_to_be_kept(state: State) -> None:
    notice = "Copyright 2024 Acme. Version 3 or any later version; all notices to be retained."
    files = {"README.md": FRONT + CREDIT, "ATTRIBUTION.md": f"Notices of acme/base: {notice}\n"}
    assert state(asked("attribution"), files) == FULFILLED


@pytest.mark.parametrize("kind", ["share-alike", "pass-through"])
def test_no_word_of_the_publisher_answers_for_the_license(
    seen: Callable[..., Discharge], kind: str
) -> None:
    said = {"ATTRIBUTION.md": f"llama3.1/{kind}: all is well, believe me\n"}
    assert seen(asked(kind, verdict="unknown"), said).answer is None


def test_no_word_of_the_publisher_stands_in_for_what_can_be_seen(
    seen: Callable[..., Discharge],
) -> None:
    said = {"ATTRIBUTION.md": "llama3.1/license-copy: it is somewhere on my disk\n"}
    assert seen(asked("license-copy"), said).state == MISSING


################################################################ license, name, weights


@pytest.mark.parametrize(
    ("verdict", "found"),
    [("met", FULFILLED), ("violated", MISSING), ("unknown", UNSEEN), ("", UNSEEN)],
)
def test_the_declared_license_is_judged_by_the_rules(
    state: State, verdict: str, found: str
) -> None:
    assert state(asked("share-alike", verdict=verdict), {"README.md": FRONT}) == found
    assert state(asked("naming", prefix="Llama", verdict=verdict), {"README.md": FRONT}) == found


def test_a_license_that_no_card_declares_is_not_seen(state: State) -> None:
    assert state(asked("share-alike", verdict="met"), {}) == UNSEEN


def test_terms_that_must_be_passed_on_must_be_included(state: State) -> None:
    duty = asked("pass-through", "apache-2.0", verdict="met")
    assert state(duty, {"README.md": FRONT}) == MISSING
    assert state(duty, {"README.md": FRONT, "LICENSE": APACHE}) == FULFILLED


@pytest.mark.parametrize(
    ("names", "found"),
    [
        (["model-Q4_K_M.gguf"], MISSING),
        (["onnx/model.onnx"], MISSING),
        (["model.safetensors"], UNSEEN),
        (["pytorch_model-00001-of-00002.bin"], UNSEEN),
        (["model.gguf", "model.safetensors"], UNSEEN),
        (["model-gptq.safetensors"], MISSING),
        (["ggml-model-q4_0.bin"], MISSING),
        ([], UNSEEN),
    ],
)
def test_a_gguf_alone_is_not_the_form_for_modification(
    state: State, names: list[str], found: str
) -> None:
    assert state(asked("source-disclosure"), dict.fromkeys(names, "x")) == found


@pytest.mark.parametrize("condition", sorted(HOLDS_BY_FORM))
def test_weights_in_another_form_meet_the_condition_of_another_form(
    state: State, condition: str
) -> None:
    # GPL-3.0, section 6, and MPL-2.0, section 3.2(a).
    duty = asked("source-disclosure", condition=condition)
    assert state(duty, {"model.gguf": "x"}) == MISSING
    assert state(duty, {"model.gguf": "x", "model.safetensors": "x"}) == UNSEEN


def test_a_configuration_shows_that_weights_are_quantized(state: State) -> None:
    files = {"model.safetensors": "x", "config.json": '{"quantization_config": {"bits": 4}}'}
    assert state(asked("source-disclosure"), files) == MISSING


@pytest.mark.parametrize("kind", ["extracted-model-notice", "output-dataset-notice"])
def test_the_sentence_that_is_proposed_is_the_one_that_is_wanted(state: State, kind: str) -> None:
    said = sentence_for(kind, BASE, "Llama 3.1 Community License Agreement")
    assert state(asked(kind), {"README.md": f"{FRONT}{said}\n"}) == FULFILLED
    assert state(asked(kind), {"README.md": f"{FRONT}Made from the output of models.\n"}) == MISSING
    denied = said.replace("was created", "was not created").replace(", gen", ", not gen")
    assert state(asked(kind), {"README.md": f"{FRONT}{denied}\n"}) == MISSING
