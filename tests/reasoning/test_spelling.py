"""A name in another case means the work that a build would take it for, and never a guess."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pytest
from pyoxigraph import Store

from licet_ingest.records import Derivation, WorkRecord
from licet_ingest.resolution import places_meant
from licet_reasoning import spelling
from licet_reasoning.hypothesis import Ground
from licet_reasoning.spelling import with_works_meant

if TYPE_CHECKING:
    from tests.reasoning.conftest import Built

    from licet_reasoning.compiled import Compiled

READ = ("O/Model-7B", "o/TWIN", "o/twin", "O/Stub", "gpt2", "P/q", "p/Q2", "o/Model")
NAMED = ("o/gone", "o/Twin", "O/M")
ASKED = (
    *READ,
    *NAMED,
    "o/model-7b",
    "O/MODEL-7B",
    "O/Twin",
    "O/tWIN",
    "GPT2",
    "O/GONE",
    "o/m",
    "o/model-7",
    "o/model-7bb",
    "P/Q",
    "P/Q2",
    "",
    "o/%",
    "o/mödel",
    "O/STUB",
)


@pytest.fixture(scope="module")
def ground(built: Built, prepared: Compiled) -> Ground:
    snapshot = built(
        {f"model/{id_}": "mit" for id_ in READ} | {"dataset/O/model-7b": "mit"},
        [("model/P/q", "finetunedFrom", f"model/{id_}") for id_ in NAMED],
    )
    return Ground(prepared, Store.read_only(str(snapshot.store)), snapshot.index)


@pytest.mark.parametrize("name", ASKED)
def test_a_name_means_what_a_build_takes_it_for(ground: Ground, name: str) -> None:
    names = sorted({name, *READ, *NAMED})
    there = np.array([one in READ for one in names])
    meant = places_meant(pa.array([f"model/{one}" for one in names]), there)
    assert ground.meant(("model", name)) == ("model", names[meant[names.index(name)]])


def test_a_model_is_no_dataset(ground: Ground) -> None:
    assert ground.meant(("dataset", "o/MODEL-7B")) == ("dataset", "O/model-7b")
    assert ground.meant(("service", "o/MODEL-7B")) == ("service", "o/MODEL-7B")


def test_works_in_hand_count_as_read(ground: Ground, prepared: Compiled) -> None:
    mine = ("model", "o/GONE")
    assert ground.meant(("model", "O/gone"), {mine}) == mine
    assert ground.meant(("model", "o/gone"), {mine}) == mine  # which the snapshot only names
    assert Ground(prepared).meant(("model", "o/gone"), {mine}) == mine
    assert ground.meant(("model", "o/model-7b"), {("model", "o/MODEL-7b")})[1] == "o/model-7b"
    assert ground.meant(("model", "O/Model-7B"), {("model", "o/MODEL-7b")})[1] == "O/Model-7B"


def test_of_too_many_spellings_none_is_taken(
    ground: Ground, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert ground.meant(("model", "o/model-7b"))[1] == "O/Model-7B"
    monkeypatch.setattr(spelling, "MAX_BEGINNINGS", 1)
    assert ground.meant(("model", "o/model-7b"))[1] == "o/model-7b"


def test_without_an_index_a_name_stands_for_itself(ground: Ground, prepared: Compiled) -> None:
    assert ground.index is not None
    lacking = Ground(prepared, ground.store, ground.index.with_name("nothing"))
    assert lacking.meant(("model", "o/model-7b")) == ("model", "o/model-7b")


def test_a_record_names_each_work_once(ground: Ground) -> None:
    me = ("model", "me/mine")
    bases = ("o/model-7b", "O/Model-7B", "o/Twin")
    stated = [Derivation(me, "finetunedFrom", ("model", base), "card") for base in bases]
    record, otherwise = with_works_meant(ground, WorkRecord(*me, derivations=stated))
    assert [one.parent[1] for one in record.derivations] == ["O/Model-7B", "o/Twin"]
    assert otherwise == {("model", "o/model-7b"): ("model", "O/Model-7B")}
    assert [one.parent[1] for one in stated] == list(bases)
