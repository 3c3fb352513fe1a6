"""The command ``licet plan``."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.conftest import Licet

SOLD = """
title: Sold
works:
  base: {license: cc-by-nc-4.0}
actions: [{do: fine-tune, of: base, makes: mine}]
publish: {work: mine, how: sell}
"""


@pytest.fixture
def written(tmp_path: Path) -> Path:
    return tmp_path / "plan.yaml"


def test_a_plan_that_violates_a_term_ends_with_status_1(licet: Licet, written: Path) -> None:
    written.write_text(SOLD)
    answer = licet("plan", str(written))
    assert answer.status == 1
    assert answer.out.startswith("Sold: terms are violated")
    assert "for NonCommercial purposes only" in answer.out


def test_a_plan_on_what_is_not_known_ends_with_status_3(licet: Licet, written: Path) -> None:
    written.write_text(SOLD.replace("license: cc-by-nc-4.0", "hub: nobody/nothing"))
    answer = licet("plan", str(written))
    assert answer.status == 3
    assert "missing-parent" in answer.out


def test_json_holds_the_whole_report(licet: Licet, written: Path) -> None:
    written.write_text(SOLD)
    report = json.loads(licet("plan", str(written), "--json").out)
    (assessment,) = report["assessments"]
    assert assessment["how"] == "sell"
    assert {finding["code"] for finding in assessment["findings"]} >= {"non-commercial"}


def test_a_plan_may_be_json(licet: Licet, tmp_path: Path) -> None:
    file = tmp_path / "plan.json"
    file.write_text(
        json.dumps(
            {"works": {"base": {"license": "mit"}}, "publish": [{"work": "base", "how": "share"}]}
        )
    )
    assert licet("plan", str(file)).status == 0


@pytest.mark.parametrize(
    ("license_", "licensee", "status"),
    [
        ("tencent-hunyuan-large", "{monthly_users: 5}", 3),
        ("tencent-hunyuan-large", "{monthly_users: 5, country: US}", 0),
        ("tencent-hunyuan-large", "{monthly_users: 5, country: FR}", 1),
        ("llama3.1", "{}", 3),
        ("llama3.1", "{monthly_users: 5}", 0),
    ],
)
def test_a_right_that_depends_on_a_fact_of_the_licensee_is_open_until_that_is_known(
    licet: Licet, written: Path, license_: str, licensee: str, status: int
) -> None:
    written.write_text(
        f"works: {{base: {{license: {license_}}}}}\n"
        f"actions: [{{do: fine-tune, of: base, makes: mine, name: me/Llama}}]\n"
        f"publish: {{work: mine, license: {license_}}}\nlicensee: {licensee}\n"
    )
    assert licet("plan", str(written)).status == status


def test_a_work_made_from_itself_is_refused_with_the_way_round(licet: Licet, written: Path) -> None:
    written.write_text("actions: [{do: prune, of: a, makes: b}, {do: prune, of: b, makes: a}]\n")
    assert "the plan makes 'b' from 'a' from 'b'" in licet("plan", str(written)).err


@pytest.mark.parametrize(
    "text",
    [
        "",
        "- a list",
        "works: {a: {licence: mit}}\npublish: a",
        "publish: nothing-of-that-name",
        "works: {a: {license: mit}}",
        "works: {a: {license: mit}}\nworks: {b: {license: mit}}\npublish: a",
        "actions: [{do: sell, of: a/b, makes: c}]",
        "actions: [{do: merge, of: [], makes: c}]",
        "actions: [{do: merge, of: a/b, makes: c}, {do: merge, of: a/b, makes: c}]",
        "actions: [{do: prune, of: a, makes: a}]\npublish: a",
        "actions: [{do: prune, of: a/b, makes: c, name: a/b}]\npublish: c",
        "actions: [{do: prune, of: a, makes: b}, {do: prune, of: b, makes: a}]\npublish: b",
        "publish: a/b\nlicensee: {monthly_users: many}",
        "publish: a/b\nlicensee: {country: Germany}",
        "publish: a/b\nlicensee: {country: XX}",
        "publish: !!python/object:os.system {}",
        "publish: &a [*a]",
    ],
)
def test_what_is_no_plan_ends_with_status_2(licet: Licet, written: Path, text: str) -> None:
    written.write_text(text)
    answer = licet("plan", str(written))
    assert answer.status == 2
    assert not answer.out


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("works: {a: {licence: mit}}", "works.a has no field 'licence' (did you mean 'license'?)"),
        ("actions: [{do: finetun, of: a/b, makes: c}]", "actions[0].do: 'finetun' is none of"),
        ("works: {base: a/b}\npublish: bsae", "(did you mean 'base'?)"),
    ],
)
def test_what_is_misspelt_is_refused_with_its_place_and_what_is_like_it(
    licet: Licet, written: Path, text: str, where: str
) -> None:
    written.write_text(text)
    message = licet("plan", str(written)).err
    assert where in message
    assert "did you mean" in message


@pytest.mark.parametrize(
    ("license_", "status"), [("MIT OR CC-BY-NC-4.0", 3), ("MIT AND CC-BY-NC-4.0", 1)]
)
def test_a_term_of_a_license_that_one_need_not_take_is_not_violated(
    licet: Licet, written: Path, license_: str, status: int
) -> None:
    written.write_text(f"works: {{a: {{license: {license_}}}}}\npublish: {{work: a, how: sell}}\n")
    assert licet("plan", str(written)).status == status


@pytest.mark.parametrize(
    ("license_", "do", "mine", "status"),
    [
        # One takes Apache-2.0, and the GPL is none of one's business.
        ("Apache-2.0 OR GPL-2.0-only", "fine-tune", "mit", 3),
        ("Apache-2.0 OR GPL-2.0-only", "copy", "", 3),
        ("MIT OR CC-BY-NC-4.0", "fine-tune", "mit", 3),
        # Whichever is taken, the share-alike clause stays.
        ("GPL-2.0-only OR GPL-3.0-only", "fine-tune", "mit", 1),
        ("GPL-2.0-or-later", "fine-tune", "mit", 1),
        ("Apache-2.0 AND GPL-2.0-only", "fine-tune", "mit", 1),
    ],
)
def test_a_rule_is_not_broken_that_another_license_on_offer_would_keep(
    licet: Licet, written: Path, license_: str, do: str, mine: str, status: int
) -> None:
    offer = f", license: {mine}" if mine else ""
    written.write_text(
        f"works: {{a: {{license: {license_}}}}}\n"
        f"actions: [{{do: {do}, of: a, makes: b}}]\npublish: {{work: b{offer}}}\n"
    )
    assert licet("plan", str(written)).status == status
