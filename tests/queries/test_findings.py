"""Each finding rule: worlds where it fires, where it just does not, and where nobody can say."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, NamedTuple

import pytest
from pyoxigraph import NamedNode

from licet_ingest.collect import collect
from licet_ingest.sources import Source
from licet_ontology import modules
from licet_ontology.terms import NS, OWL, RDF, local_name
from licet_queries.library import folder_queries
from licet_reasoning.evidence import looks
from licet_reasoning.lineage import lineage_of
from licet_reasoning.quotient import compile_reading, conclude, shipped_catalogue

BOTH = ("cautious", "text")
CLASSES = {
    t.subject.value
    for t in modules.ontology()
    if t.predicate.value == RDF + "type"
    and t.object == NamedNode(OWL + "Class")
    and isinstance(t.subject, NamedNode)
}


class Case(NamedTuple):
    """A world, and what a rule says of one work in it.

    Attributes:
        code: Of the rule.
        sentence: What the case shows.
        world: One work a line, as in the fixture ``read_world``.
        verdict: ``violated``, ``unknown`` or ``met``; empty where the rule must be silent.
        readings: Under which that holds.
        against: What stands against it; not compared where it is None.
        work: The id of the work that is judged.
    """

    code: str
    sentence: str
    world: str
    verdict: str
    readings: tuple[str, ...] = BOTH
    against: set[str] | None = None
    work: str = "x/it"


CASES = [
    # ------------------------------------------------------------------ share-alike
    Case(
        "share-alike",
        "a fine-tune of a GPL model under Apache breaks share-alike",
        """
        base: gpl-3.0
        x/it: apache-2.0, finetunedFrom base
        """,
        "violated",
        against={"license/apache-2.0"},
    ),
    Case(
        "share-alike",
        "a fine-tune of a GPL model under the GPL keeps it",
        """
        base: gpl-3.0
        x/it: gpl-3.0, finetunedFrom base
        """,
        "met",
    ),
    Case(
        "share-alike",
        "GPL and Apache merged under the GPL are fine",
        """
        one: gpl-3.0
        two: apache-2.0
        x/it: gpl-3.0, mergedFrom one, mergedFrom two
        """,
        "met",
    ),
    Case(
        "share-alike",
        "the GPL accepts the Affero GPL, but not the other way round",
        """
        base: agpl-3.0
        x/it: gpl-3.0, finetunedFrom base
        """,
        "violated",
    ),
    Case(
        "share-alike",
        "whether a GPL model under the Affero GPL is combined with a work under it is not known",
        """
        base: gpl-3.0
        x/it: agpl-3.0, finetunedFrom base
        """,
        "unknown",
    ),
    Case(
        "share-alike",
        "the GPL accepts the Affero GPL for a merge with a model under it",
        """
        one: gpl-3.0
        two: agpl-3.0
        x/it: agpl-3.0, mergedFrom one, mergedFrom two
        """,
        "met",
    ),
    Case(
        "share-alike",
        "which later version of the GPL holds is for the work to say",
        """
        base: gpl-2.0
        x/it: gpl-3.0, finetunedFrom base
        """,
        "unknown",
    ),
    Case(
        "share-alike",
        "the Lesser GPL lets itself be replaced by the GPL",
        """
        base: lgpl-2.1
        x/it: gpl-3.0, finetunedFrom base
        """,
        "met",
    ),
    Case(
        "share-alike",
        "the license of a grandparent counts",
        """
        root: mg-by-sa-2.0
        base: mg-by-sa-2.0, finetunedFrom root
        x/it: mit, quantizedFrom base
        """,
        "violated",
    ),
    Case(
        "share-alike",
        "a derivative that states no license may yet be under the right one",
        """
        base: gpl-3.0
        x/it: NoLicense, finetunedFrom base
        """,
        "unknown",
    ),
    Case(
        "share-alike",
        "a derivative of two licenses that do not say what they cover is not judged",
        """
        base: gpl-3.0
        x/it: gpl-3.0, mit, AmbiguousLicense, finetunedFrom base
        """,
        "unknown",
    ),
    Case(
        "share-alike",
        "a quantization of CC BY-SA is an adaptation to the cautious",
        """
        base: cc-by-sa-4.0
        x/it: mit, quantizedFrom base
        """,
        "violated",
        ("cautious",),
    ),
    Case(
        "share-alike",
        "by the text a quantization is a technical variant, which CC BY-SA leaves alone",
        """
        base: cc-by-sa-4.0
        x/it: mit, quantizedFrom base
        """,
        "",
        ("text",),
    ),
    Case(
        "share-alike",
        "an adapter is bound by the GPL of its base to the cautious",
        """
        base: gpl-3.0
        x/it: mit, adapterFor base
        """,
        "violated",
        ("cautious",),
    ),
    Case(
        "share-alike",
        "by the text the GPL says nothing on adapters",
        """
        base: gpl-3.0
        x/it: mit, adapterFor base
        """,
        "",
        ("text",),
    ),
    Case(
        "share-alike",
        "an extracted model must carry the license that names extracted models",
        """
        base: mg-by-sa-2.0
        x/it: apache-2.0, distilledFrom base
        """,
        "violated",
    ),
    Case(
        "share-alike",
        "by the text training on data under share-alike terms does not bind a model",
        """
        dataset data: cc-by-sa-4.0
        x/it: apache-2.0, trainedOn dataset data
        """,
        "",
        ("text",),
    ),
    Case(
        "share-alike",
        "a part that stays separable keeps its own license",
        """
        part: gpl-3.0
        x/it: mit, combines part
        """,
        "",
    ),
    Case(
        "share-alike",
        "non-commercial and non-commercial share-alike go together under the latter",
        """
        one: cc-by-nc-4.0
        two: cc-by-nc-sa-4.0
        x/it: cc-by-nc-sa-4.0, mergedFrom one, mergedFrom two
        """,
        "met",
    ),
    Case(
        "share-alike",
        "non-commercial and non-commercial share-alike do not go together under the former",
        """
        one: cc-by-nc-4.0
        two: cc-by-nc-sa-4.0
        x/it: cc-by-nc-4.0, mergedFrom one, mergedFrom two
        """,
        "violated",
    ),
    # ------------------------------------------------------------------ no-derivatives
    Case(
        "no-derivatives",
        "a merge with a no-derivatives model may not be shared",
        """
        one: cc-by-nc-nd-4.0
        two: apache-2.0
        x/it: cc-by-nc-nd-4.0, mergedFrom one, mergedFrom two
        """,
        "violated",
    ),
    Case(
        "no-derivatives",
        "a mirror of a no-derivatives model is a copy, not a derivative",
        """
        base: cc-by-nc-nd-4.0
        x/it: cc-by-nc-nd-4.0, copyOf base
        """,
        "",
    ),
    Case(
        "no-derivatives",
        "a quantization is a derivative to the cautious",
        """
        base: cc-by-nc-nd-4.0
        x/it: cc-by-nc-nd-4.0, quantizedFrom base
        """,
        "violated",
        ("cautious",),
    ),
    Case(
        "no-derivatives",
        "by the text a quantization is a technical variant",
        """
        base: cc-by-nc-nd-4.0
        x/it: cc-by-nc-nd-4.0, quantizedFrom base
        """,
        "",
        ("text",),
    ),
    Case(
        "no-derivatives",
        "a license that allows derivatives forbids none",
        """
        base: cc-by-nc-4.0
        x/it: cc-by-nc-4.0, finetunedFrom base
        """,
        "",
    ),
    Case(
        "no-derivatives",
        "a fine-tune of a quantization of a no-derivatives model is a derivative in any reading",
        """
        root: cc-by-nc-nd-4.0
        base: cc-by-nc-nd-4.0, quantizedFrom root
        x/it: NoLicense, finetunedFrom base
        """,
        "violated",
    ),
    Case(
        "no-derivatives",
        "a base named without a relation may be one that the work repeats unchanged",
        """
        base: cc-by-nc-nd-4.0
        x/it: cc-by-nc-nd-4.0, UnstatedRelation, basedOn base
        """,
        "unknown",
        ("cautious",),
    ),
    Case(
        "no-derivatives",
        "a changed dataset is an adaptation",
        """
        dataset a: cc-by-nd-4.0
        dataset x/it: cc-by-nd-4.0, adaptedFrom dataset a
        """,
        "violated",
    ),
    # ------------------------------------------------------------------ found in review
    Case(
        "gnu-freedom",
        "GPL 2 leaves no room for the patent retaliation of Apache 2",
        """
        one: gpl-2.0
        two: apache-2.0
        x/it: gpl-2.0, mergedFrom one, mergedFrom two
        """,
        "violated",
        against={"clause/apache-2.0/patent-retaliation"},
    ),
    Case(
        "gnu-freedom",
        "GPL 3 leaves room for the patent retaliation of Apache 2",
        """
        one: gpl-3.0
        two: apache-2.0
        x/it: gpl-3.0, mergedFrom one, mergedFrom two
        """,
        "met",
    ),
    Case(
        "output-improvement-ban",
        "a dataset in which banned output is bundled is banned output",
        """
        base: llama3
        root: apache-2.0
        dataset d: mit, generatedBy base
        dataset mix: mit, bundles dataset d
        x/it: apache-2.0, finetunedFrom root, trainedOn dataset mix
        """,
        "violated",
    ),
    Case(
        "output-improvement-ban",
        "what a mixture of experts puts out is output of each expert",
        """
        base: llama3
        root: apache-2.0
        moe: apache-2.0, bundles base
        x/it: apache-2.0, finetunedFrom root, distilledFrom moe
        """,
        "violated",
    ),
    Case(
        "pass-through",
        "relabelling a distillate once does not free what is distilled from it, to the cautious",
        """
        base: gemma
        one: apache-2.0, distilledFrom base
        x/it: apache-2.0, distilledFrom one
        """,
        "violated",
        ("cautious",),
    ),
    Case(
        "no-derivatives",
        "a bundle shares the adaptation that is a part of it",
        """
        base: cc-by-nd-4.0
        part: cc-by-nd-4.0, finetunedFrom base
        x/it: apache-2.0, bundles part
        """,
        "violated",
    ),
    Case(
        "pass-through",
        "terms for a part may stand beside the license of the whole, which cannot be seen",
        """
        base: gemma
        x/it: apache-2.0, bundles base
        """,
        "unknown",
    ),
    Case(
        "llama-exclusive",
        "an own license that nobody has read may be one that keeps the ban",
        """
        base: llama3
        x/it: apple-ascl, finetunedFrom base
        """,
        "unknown",
    ),
    # ------------------------------------------------------------------ relicensing
    Case(
        "relicensing",
        "by CC a change of format leaves the material what it is",
        """
        base: cc-by-sa-4.0
        x/it: mit, quantizedFrom base
        """,
        "violated",
    ),
    Case(
        "relicensing",
        "a copy of a GPL model cannot be offered under MIT",
        """
        base: gpl-3.0
        x/it: mit, copyOf base
        """,
        "violated",
        against={"license/mit"},
    ),
    Case(
        "relicensing",
        "a copy keeps the license of what it repeats",
        """
        base: gpl-3.0
        x/it: gpl-3.0, copyOf base
        """,
        "met",
    ),
    Case(
        "relicensing",
        "an MIT license can be passed on under other terms by whoever copies",
        """
        base: mit
        x/it: apache-2.0, copyOf base
        """,
        "met",
    ),
    Case(
        "relicensing",
        "where the license does not say whether it can be passed on, nobody can say",
        """
        base: llama3
        x/it: apache-2.0, copyOf base
        """,
        "unknown",
    ),
    Case(
        "relicensing",
        "a derivative is no copy",
        """
        base: gpl-3.0
        x/it: mit, finetunedFrom base
        """,
        "",
    ),
    # ------------------------------------------------------------------ pass-through
    Case(
        "pass-through",
        "OpenRAIL and Apache merged under Apache lose the use restrictions",
        """
        one: creativeml-openrail-m
        two: apache-2.0
        x/it: apache-2.0, mergedFrom one, mergedFrom two
        """,
        "violated",
        against={"license/apache-2.0"},
    ),
    Case(
        "pass-through",
        "OpenRAIL and Apache merged under OpenRAIL are fine: the use restrictions flow down",
        """
        one: creativeml-openrail-m
        two: apache-2.0
        x/it: creativeml-openrail-m, mergedFrom one, mergedFrom two
        """,
        "met",
    ),
    Case(
        "pass-through",
        "an adapter is bound in any reading where the license names what is made of its weights",
        """
        base: creativeml-openrail-m
        x/it: mit, adapterFor base
        """,
        "violated",
    ),
    Case(
        "pass-through",
        "a model distilled from Gemma is bound in any reading, because Gemma says so",
        """
        base: gemma
        x/it: mit, distilledFrom base
        """,
        "violated",
    ),
    Case(
        "pass-through",
        "a fine-tune of Gemma whose license is not identified may pass them on",
        """
        base: gemma
        x/it: UnidentifiedLicense, finetunedFrom base
        """,
        "unknown",
    ),
    Case(
        "pass-through",
        "a dataset generated by an OpenRAIL model is output, which need not pass anything on",
        """
        base: creativeml-openrail-m
        dataset x/it: mit, generatedBy base
        """,
        "",
    ),
    Case(
        "pass-through",
        "DeepSeek's restrictions are not those of OpenRAIL",
        """
        base: deepseek
        x/it: creativeml-openrail-m, finetunedFrom base
        """,
        "violated",
    ),
    # ------------------------------------------------------------------ gnu-freedom
    Case(
        "gnu-freedom",
        "GPL and OpenRAIL cannot be merged: use restrictions are further restrictions",
        """
        one: gpl-3.0
        two: creativeml-openrail-m
        x/it: gpl-3.0, mergedFrom one, mergedFrom two
        """,
        "violated",
    ),
    Case(
        "gnu-freedom",
        "GPL and Apache can be merged",
        """
        one: gpl-3.0
        two: apache-2.0
        x/it: gpl-3.0, mergedFrom one, mergedFrom two
        """,
        "met",
    ),
    Case(
        "gnu-freedom",
        "GPL and Affero GPL can be merged",
        """
        one: gpl-3.0
        two: agpl-3.0
        x/it: agpl-3.0, mergedFrom one, mergedFrom two
        """,
        "met",
    ),
    Case(
        "gnu-freedom",
        "a GPL model published under non-commercial terms is restricted further",
        """
        base: gpl-3.0
        x/it: cc-by-nc-4.0, finetunedFrom base
        """,
        "violated",
    ),
    Case(
        "gnu-freedom",
        "Llama 2 cannot be merged with the GPL",
        """
        one: gpl-3.0
        two: llama2
        x/it: llama2, mergedFrom one, mergedFrom two
        """,
        "violated",
    ),
    Case(
        "gnu-freedom",
        "what an unknown parent adds is not known",
        """
        one: gpl-3.0
        x/it: gpl-3.0, mergedFrom one, mergedFrom gone
        """,
        "unknown",
    ),
    Case(
        "gnu-freedom",
        "a restriction on another model in the same service is none on the GPL model",
        """
        one: gpl-3.0
        two: creativeml-openrail-m
        service x/it: NoLicense, combines one, combines two
        """,
        "",
    ),
    # ------------------------------------------------------------------ cc-freedom
    Case(
        "cc-freedom",
        "CC BY and OpenRAIL cannot be merged: no downstream restrictions",
        """
        one: cc-by-4.0
        two: creativeml-openrail-m
        x/it: creativeml-openrail-m, mergedFrom one, mergedFrom two
        """,
        "violated",
        ("cautious",),
    ),
    Case(
        "cc-freedom",
        "CC BY material may go out under stricter Creative Commons terms",
        """
        base: cc-by-4.0
        x/it: cc-by-nc-4.0, finetunedFrom base
        """,
        "met",
        ("cautious",),
    ),
    Case(
        "cc-freedom",
        "CC BY-NC and CC BY-NC-SA can be merged",
        """
        one: cc-by-nc-4.0
        two: cc-by-nc-sa-4.0
        x/it: cc-by-nc-sa-4.0, mergedFrom one, mergedFrom two
        """,
        "met",
    ),
    Case(
        "cc-freedom",
        "terms of a model license restrict the CC BY material in the model",
        """
        base: cc-by-4.0
        x/it: gemma, quantizedFrom base
        """,
        "violated",
    ),
    Case(
        "cc-freedom",
        "what an unidentified license adds is not known",
        """
        base: cc-by-4.0
        x/it: UnidentifiedLicense, finetunedFrom base
        """,
        "unknown",
        ("cautious",),
    ),
    Case(
        "cc-freedom",
        "Apache restricts no one",
        """
        base: cc-by-4.0
        x/it: apache-2.0, finetunedFrom base
        """,
        "met",
        ("cautious",),
    ),
    Case(
        "cc-freedom",
        "by the text CC BY protects its material, and not adaptations of it",
        """
        one: cc-by-4.0
        two: creativeml-openrail-m
        x/it: creativeml-openrail-m, mergedFrom one, mergedFrom two
        """,
        "",
        ("text",),
    ),
    Case(
        "cc-freedom",
        "CC BY-SA protects adaptations in any reading",
        """
        one: cc-by-sa-4.0
        two: llama3.1
        x/it: cc-by-sa-4.0, mergedFrom one, mergedFrom two
        """,
        "violated",
    ),
    # ------------------------------------------------------------------ llama-exclusive
    Case(
        "llama-exclusive",
        "a plain fine-tune of Llama 3 under its license is fine",
        """
        base: llama3
        x/it: llama3, finetunedFrom base
        """,
        "met",
    ),
    Case(
        "llama-exclusive",
        "a plain fine-tune of Llama 2 under its license is fine",
        """
        base: llama2
        x/it: llama2, finetunedFrom base
        """,
        "met",
    ),
    Case(
        "llama-exclusive",
        "a fine-tune of Llama 3 under Apache drops its terms",
        """
        base: llama3
        x/it: apache-2.0, finetunedFrom base
        """,
        "violated",
        against={"license/apache-2.0"},
    ),
    Case(
        "llama-exclusive",
        "Llama 2 and an Apache model merged improve a model that is not Llama 2",
        """
        one: llama2
        two: apache-2.0
        x/it: llama2, mergedFrom one, mergedFrom two
        """,
        "violated",
        against={"OutsideLineage"},
    ),
    Case(
        "llama-exclusive",
        "two fine-tunes of Llama 3 can be merged",
        """
        root: llama3
        one: llama3, finetunedFrom root
        two: llama3, finetunedFrom root
        x/it: llama3, mergedFrom one, mergedFrom two
        """,
        "met",
    ),
    Case(
        "llama-exclusive",
        "a merge with a model of unknown origin may be within the lineage",
        """
        one: llama3
        x/it: llama3, mergedFrom one, mergedFrom gone
        """,
        "unknown",
    ),
    Case(
        "llama-exclusive",
        "a derivative that states no license may have kept its terms",
        """
        base: llama3
        x/it: NoLicense, quantizedFrom base
        """,
        "unknown",
    ),
    Case(
        "llama-exclusive",
        "Llama 3.1 lets others be improved, if they are named after it",
        """
        base: llama3.1
        x/it: apache-2.0, finetunedFrom base
        """,
        "",
    ),
    Case(
        "llama-exclusive",
        "an adapter for Llama 3 is a derivative to the cautious",
        """
        base: llama3
        x/it: mit, adapterFor base
        """,
        "violated",
        ("cautious",),
    ),
    Case(
        "llama-exclusive",
        "by the text an adapter is not the model it works with",
        """
        base: llama3
        x/it: mit, adapterFor base
        """,
        "",
        ("text",),
    ),
    # ------------------------------------------------------------------ non-commercial
    Case(
        "non-commercial",
        "an Apache model on a research-only base permits too much",
        """
        base: qwen-research
        x/it: apache-2.0, finetunedFrom base
        """,
        "violated",
        against={"license/apache-2.0"},
    ),
    Case(
        "non-commercial",
        "a license that permits commerce under conditions permits too much as well",
        """
        base: cc-by-nc-4.0
        x/it: llama3, finetunedFrom base
        """,
        "violated",
    ),
    Case(
        "non-commercial",
        "a fine-tune under non-commercial terms of its own keeps the term",
        """
        base: mg-by-nc-2.0
        x/it: mg-by-nc-2.0, finetunedFrom base
        """,
        "met",
    ),
    Case(
        "non-commercial",
        "a fine-tune without a license may be meant for research",
        """
        base: cc-by-nc-4.0
        x/it: NoLicense, finetunedFrom base
        """,
        "unknown",
    ),
    Case(
        "non-commercial",
        "by the text training on non-commercial data does not bind a model",
        """
        dataset data: cc-by-nc-4.0
        x/it: mit, trainedOn dataset data
        """,
        "",
        ("text",),
    ),
    Case(
        "non-commercial",
        "a service on a non-commercial model inherits the term for that part",
        """
        base: cc-by-nc-4.0
        service x/it: apache-2.0, combines base
        """,
        "violated",
    ),
    Case(
        "non-commercial",
        "a distillate of a license that is silent on output is bound to the cautious",
        """
        base: cc-by-nc-4.0
        x/it: mit, distilledFrom base
        """,
        "violated",
        ("cautious",),
    ),
    Case(
        "non-commercial",
        "by the text a license that is silent on output does not bind a distillate",
        """
        base: cc-by-nc-4.0
        x/it: mit, distilledFrom base
        """,
        "",
        ("text",),
    ),
    # ------------------------------------------------------------------ output-improvement-ban
    Case(
        "output-improvement-ban",
        "a small model trained on text by Llama 3 breaks its ban",
        """
        base: llama3
        dataset data: cc-by-4.0, generatedBy base
        x/it: apache-2.0, trainedOn dataset data
        """,
        "violated",
    ),
    Case(
        "output-improvement-ban",
        "a small model trained on text by Llama 2 breaks its ban",
        """
        base: llama2
        dataset data: NoLicense, generatedBy base
        x/it: apache-2.0, trainedOn dataset data
        """,
        "violated",
    ),
    Case(
        "output-improvement-ban",
        "a small model trained on text by Llama 3.1 does not: that version allows it",
        """
        base: llama3.1
        dataset data: cc-by-4.0, generatedBy base
        x/it: apache-2.0, trainedOn dataset data
        """,
        "",
    ),
    Case(
        "output-improvement-ban",
        "a fine-tune of Llama 3 may be trained on what Llama 3 wrote",
        """
        base: llama3
        dataset data: cc-by-4.0, generatedBy base
        x/it: llama3, finetunedFrom base, trainedOn dataset data
        """,
        "met",
    ),
    Case(
        "output-improvement-ban",
        "a model on a base of unknown origin may be of the lineage",
        """
        base: llama3
        dataset data: cc-by-4.0, generatedBy base
        x/it: apache-2.0, finetunedFrom gone, trainedOn dataset data
        """,
        "unknown",
    ),
    Case(
        "output-improvement-ban",
        "a fine-tune of a model trained on banned output is built on it as well",
        """
        base: llama3
        dataset data: cc-by-4.0, generatedBy base
        small: apache-2.0, trainedOn dataset data
        x/it: mit, finetunedFrom small
        """,
        "violated",
    ),
    Case(
        "output-improvement-ban",
        "output of a fine-tune of Llama 3 is output of Llama 3",
        """
        root: llama3
        base: llama3, finetunedFrom root
        x/it: apache-2.0, distilledFrom base
        """,
        "violated",
    ),
    Case(
        "output-improvement-ban",
        "a dataset that Llama 3 wrote is not yet an improvement of anything",
        """
        base: llama3
        dataset x/it: cc-by-4.0, generatedBy base
        """,
        "",
    ),
    Case(
        "output-improvement-ban",
        "a derivative of Tongyi Qianwen may carry other terms",
        """
        base: tongyi-qianwen
        x/it: apache-2.0, finetunedFrom base
        """,
        "met",
    ),
    Case(
        "output-improvement-ban",
        "Tongyi Qianwen merged with a model of another lineage improves another model",
        """
        one: tongyi-qianwen
        two: apache-2.0
        x/it: tongyi-qianwen, mergedFrom one, mergedFrom two
        """,
        "violated",
        against={"OutsideLineage"},
    ),
    Case(
        "output-improvement-ban",
        "whether a model taught by FLUX competes with it, nobody can say from the graph",
        """
        base: flux-1-dev-non-commercial-license
        x/it: apache-2.0, distilledFrom base
        """,
        "unknown",
    ),
    # ------------------------------------------------------------------ license-type-mismatch
    Case(
        "license-type-mismatch",
        "a model under a license for software",
        "x/it: apache-2.0",
        "violated",
    ),
    Case(
        "license-type-mismatch",
        "a model under a license for content",
        "x/it: cc-by-4.0",
        "violated",
    ),
    Case(
        "license-type-mismatch",
        "a model under a license for models",
        "x/it: mg-by-sa-2.0",
        "met",
    ),
    Case(
        "license-type-mismatch",
        "a dataset under a license for content and data",
        "dataset x/it: cc-by-4.0",
        "met",
    ),
    Case(
        "license-type-mismatch",
        "a dataset under a license for models",
        "dataset x/it: gemma",
        "violated",
    ),
    Case(
        "license-type-mismatch",
        "a license that does not say for what it was written",
        "x/it: wtfpl",
        "unknown",
    ),
    Case(
        "license-type-mismatch",
        "a model without a license carries none of the wrong type",
        "x/it: NoLicense",
        "",
    ),
    Case(
        "license-type-mismatch",
        "a service is not judged",
        "service x/it: apache-2.0",
        "",
    ),
    # ------------------------------------------------------------------ a base that cannot be told
    Case(
        "share-alike",
        "one more base that cannot be told does not excuse the license beside the GPL",
        """
        base: gpl-3.0
        x/it: mit, UnnamedWork, finetunedFrom base
        """,
        "violated",
    ),
    Case(
        "share-alike",
        "a base that cannot be told may be what makes a license acceptable",
        """
        base: gpl-3.0
        x/it: agpl-3.0, UnnamedWork, finetunedFrom base
        """,
        "unknown",
    ),
    Case(
        "non-commercial",
        "one more base that cannot be told does not excuse commercial use",
        """
        base: cc-by-nc-4.0
        x/it: mit, UnnamedWork, finetunedFrom base
        """,
        "violated",
    ),
    Case(
        "pass-through",
        "one more base that cannot be told does not pass on the terms of the other",
        """
        base: gemma
        x/it: mit, UnnamedWork, finetunedFrom base
        """,
        "violated",
    ),
    Case(
        "relicensing",
        "one more base that cannot be told does not make a copy another work",
        """
        base: gpl-3.0
        x/it: mit, UnnamedWork, copyOf base
        """,
        "violated",
    ),
    Case(
        "llama-exclusive",
        "one more base that cannot be told does not bring dropped terms back",
        """
        base: llama3
        x/it: mit, UnnamedWork, finetunedFrom base
        """,
        "violated",
    ),
    # ------------------------------------------------------------------ license-mismatch
    Case(
        "license-mismatch",
        "a card says MIT, and the text in the repository is that of Apache",
        "x/it: mit, apache-2.0, AmbiguousLicense, LicenseMismatch",
        "violated",
        against={"license/mit", "license/apache-2.0"},
    ),
    Case(
        "license-mismatch",
        "a card names two licenses, which no source contradicts",
        "x/it: mit, apache-2.0, AmbiguousLicense",
        "",
    ),
    Case(
        "license-mismatch",
        "whether a text that nobody has identified is that of MIT cannot be said",
        "x/it: mit, UnidentifiedLicense, UnreadText",
        "unknown",
    ),
    Case(
        "license-mismatch",
        "what sources say of a base is not for its derivatives to mend",
        """
        base: mit, apache-2.0, AmbiguousLicense, LicenseMismatch
        x/it: mit, finetunedFrom base
        """,
        "",
    ),
    Case(
        "ambiguous-license",
        "a base of which sources name different licenses is not known to be under either",
        """
        base: mit, apache-2.0, AmbiguousLicense, LicenseMismatch
        x/it: mit, finetunedFrom base
        """,
        "violated",
    ),
    Case(
        "share-alike",
        "a license is not called kept where another source names another",
        """
        base: gpl-3.0
        x/it: gpl-3.0, mit, AmbiguousLicense, LicenseMismatch, finetunedFrom base
        """,
        "unknown",
    ),
    # ------------------------------------------------------------------ lineage-mismatch
    Case(
        "lineage-mismatch",
        "a card names a base that the Hub did not resolve",
        """
        one: mit
        x/it: mit, mergedFrom one, mergedFrom two, LineageMismatch
        """,
        "violated",
    ),
    Case(
        "lineage-mismatch",
        "a card and the Hub name the same base",
        """
        base: mit
        x/it: mit, finetunedFrom base
        """,
        "",
    ),
    Case(
        "lineage-mismatch",
        "what sources say of a base is not for its derivatives to mend",
        """
        base: mit, finetunedFrom root, LineageMismatch
        x/it: mit, finetunedFrom base
        """,
        "",
    ),
    Case(
        "share-alike",
        "that sources name different bases puts no violation in doubt",
        """
        base: gpl-3.0
        other: mit
        x/it: mit, finetunedFrom base, basedOn other, LineageMismatch
        """,
        "violated",
    ),
    Case(
        "no-derivatives",
        "that sources name different bases puts no publication of a derivative in doubt",
        """
        base: cc-by-nd-4.0
        other: mit
        x/it: mit, finetunedFrom base, finetunedFrom other, LineageMismatch
        """,
        "violated",
    ),
    # ------------------------------------------------------------------ unknown terms
    Case("no-license", "a work that states no license", "x/it: NoLicense", "violated"),
    Case("no-license", "a work that states one", "x/it: mit", ""),
    Case(
        "no-license",
        "what an ancestor lacks is inherited through works that lack nothing",
        """
        root: NoLicense
        base: mit, finetunedFrom root
        x/it: mit, quantizedFrom base
        """,
        "violated",
    ),
    Case(
        "no-license",
        "a dataset without a license leaves the model trained on it unknown",
        """
        dataset data: NoLicense
        x/it: mit, trainedOn dataset data
        """,
        "violated",
    ),
    Case(
        "unidentified-license",
        "a license that is not in the catalogue",
        "x/it: UnidentifiedLicense",
        "violated",
    ),
    Case(
        "unidentified-license",
        "a parent under a license that is not in the catalogue",
        """
        base: UnidentifiedLicense
        x/it: mit, mergedFrom base
        """,
        "violated",
    ),
    Case("unidentified-license", "a license that was read", "x/it: mit", ""),
    Case(
        "ambiguous-license",
        "a family without a version",
        "x/it: AmbiguousLicense",
        "violated",
    ),
    Case(
        "ambiguous-license",
        "a parent under two licenses",
        """
        base: mit, apache-2.0, AmbiguousLicense
        x/it: mit, finetunedFrom base
        """,
        "violated",
    ),
    Case(
        "ambiguous-license",
        "a child under two licenses says nothing of its parent",
        """
        x/it: mit
        child: mit, apache-2.0, AmbiguousLicense, finetunedFrom x/it
        """,
        "",
    ),
    Case(
        "missing-parent",
        "a base that is not in the graph",
        "x/it: mit, finetunedFrom gone",
        "violated",
    ),
    Case(
        "missing-parent",
        "a base of the base that is not in the graph",
        """
        base: mit, finetunedFrom gone
        x/it: mit, quantizedFrom base
        """,
        "violated",
    ),
    Case(
        "missing-parent",
        "a base that is in the graph",
        """
        base: mit
        x/it: mit, finetunedFrom base
        """,
        "",
    ),
    Case(
        "unrecognized-relation",
        "a base named without a relation",
        """
        base: mit
        x/it: mit, basedOn base, UnstatedRelation
        """,
        "violated",
    ),
    Case(
        "unrecognized-relation",
        "a base of the base named without a relation",
        """
        root: mit
        base: mit, basedOn root, UnstatedRelation
        x/it: mit, finetunedFrom base
        """,
        "violated",
    ),
    Case(
        "unrecognized-relation",
        "a base named with its relation",
        """
        base: mit
        x/it: mit, finetunedFrom base
        """,
        "",
    ),
    # ------------------------------------------------------------------ naming
    Case(
        "naming",
        "a fine-tune of Llama 3.2 whose name begins otherwise",
        """
        base: llama3.2
        x/it: llama3.2, finetunedFrom base
        """,
        "violated",
    ),
    Case(
        "naming",
        "a hyphen stands for a space, and capitals do not matter",
        """
        base: llama3
        x/llama-3-8b-it: llama3, finetunedFrom base
        """,
        "met",
        work="x/llama-3-8b-it",
    ),
    Case(
        "naming",
        "Llama 3 asks for its number, which a name without it lacks",
        """
        base: llama3
        x/Llama-it: llama3, finetunedFrom base
        """,
        "violated",
        work="x/Llama-it",
    ),
    Case(
        "naming",
        "another number only begins like that of Llama 3",
        """
        base: llama3
        x/Llama-33B-it: llama3, finetunedFrom base
        """,
        "unknown",
        work="x/Llama-33B-it",
    ),
    Case(
        "naming",
        "Llama 3.1 asks for no number",
        """
        base: llama3.1
        x/Llama-it: llama3.1, finetunedFrom base
        """,
        "met",
        work="x/Llama-it",
    ),
    Case(
        "naming",
        "the words stand in the name, but not at its beginning",
        """
        base: llama3.1
        x/Hermes-Llama-3.1: llama3.1, finetunedFrom base
        """,
        "violated",
        work="x/Hermes-Llama-3.1",
    ),
    Case(
        "naming",
        "the name of the account is not the name of the model",
        """
        base: llama3.1
        llama/it: llama3.1, finetunedFrom base
        """,
        "violated",
        work="llama/it",
    ),
    Case(
        "naming",
        "whether the licensor's own name may stand before the words is not known",
        """
        base: llama3
        x/Meta-Llama-3-8B-GGUF: llama3, quantizedFrom base
        """,
        "unknown",
        work="x/Meta-Llama-3-8B-GGUF",
    ),
    Case(
        "naming",
        "whether a longer word includes the prescribed one is not known",
        """
        base: llama3.1
        x/Llamafied-it: llama3.1, finetunedFrom base
        """,
        "unknown",
        work="x/Llamafied-it",
    ),
    Case(
        "naming",
        "Llama 3.1 names models made from output",
        """
        base: llama3.1
        x/it: mit, distilledFrom base
        """,
        "violated",
    ),
    Case(
        "naming",
        "a model trained on what Llama 3.1 has generated is made from output",
        """
        base: llama3.1
        dataset d: mit, generatedBy base
        x/it: mit, trainedOn dataset d
        """,
        "violated",
    ),
    Case(
        "naming",
        "Llama 3 prescribes no name for models made from output",
        """
        base: llama3
        x/it: mit, distilledFrom base
        """,
        "",
    ),
    Case(
        "naming",
        "a derivative of a derivative is named alike, whatever its parent is called",
        """
        root: llama3.1
        x/Llama-base: llama3.1, finetunedFrom root
        x/it: llama3.1, mergedFrom x/Llama-base
        """,
        "violated",
    ),
    Case(
        "naming",
        "a dataset is no model",
        """
        dataset d: llama3.1
        dataset x/it: llama3.1, adaptedFrom dataset d
        """,
        "",
    ),
    Case(
        "naming",
        "a work without derivatives' duties may be called as its author likes",
        "x/it: llama3.1",
        "",
    ),
    Case(
        "naming",
        "a base named without a relation may be one that the work repeats unchanged",
        """
        base: llama3.1
        x/it: llama3.1, UnstatedRelation, basedOn base
        """,
        "unknown",
    ),
    Case(
        "naming",
        "whether the condition of EXAONE is fulfilled, nobody has looked",
        """
        base: exaone-1.1-nc
        x/it: exaone-1.1-nc, finetunedFrom base
        """,
        "unknown",
    ),
    # ------------------------------------------------------------------ incompatible-terms
    Case(
        "incompatible-terms",
        "MG-BY-SA 2.2(a)(vi) licenses all of a merge, restrictions of MG-BY-RAI or not",
        """
        one: mg-by-sa-2.0
        two: mg-by-rai-2.0
        x/it: mg-by-sa-2.0, mergedFrom one, mergedFrom two
        """,
        "violated",
    ),
    Case(
        "incompatible-terms",
        "MG-BY asks for nothing that MG-BY-SA withholds",
        """
        one: mg-by-sa-2.0
        two: mg-by-2.0
        x/it: mg-by-sa-2.0, mergedFrom one, mergedFrom two
        """,
        "met",
    ),
    Case(
        "incompatible-terms",
        "whether the uses that one license forbids are those that another forbids is for readers",
        """
        one: sam-license-2025-11-19
        two: mg-by-rai-2.0
        x/it: sam-license-2025-11-19, mergedFrom one, mergedFrom two
        """,
        "unknown",
    ),
    Case(
        "incompatible-terms",
        "share-alike of source files leaves room for restrictions of other parts",
        """
        one: osl-3.0
        two: mg-by-rai-2.0
        x/it: osl-3.0, mergedFrom one, mergedFrom two
        """,
        "met",
    ),
    Case(
        "incompatible-terms",
        "what the GPL forbids to add is no second error",
        """
        one: gpl-3.0
        two: mg-by-rai-2.0
        x/it: gpl-3.0, mergedFrom one, mergedFrom two
        """,
        "met",
    ),
    Case(
        "incompatible-terms",
        "two share-alike clauses that accept no license in common",
        """
        one: gpl-3.0
        two: cc-by-nc-sa-4.0
        x/it: gpl-3.0, mergedFrom one, mergedFrom two
        """,
        "violated",
        against={
            "clause/cc-by-nc-sa-4.0/share-alike",
            "clause/gpl-3.0/share-alike",
            "clause/cc-by-nc-sa-4.0/non-commercial",
        },
    ),
    Case(
        "incompatible-terms",
        "share-alike under licenses that permit commerce, against a clause that excludes it",
        """
        one: cc-by-sa-4.0
        two: cc-by-nc-4.0
        x/it: cc-by-nc-sa-4.0, mergedFrom one, mergedFrom two
        """,
        "violated",
        against={"clause/cc-by-nc-4.0/non-commercial"},
    ),
    Case(
        "incompatible-terms",
        "the GPL and use restrictions that must be passed on",
        """
        one: gpl-3.0
        two: gemma
        x/it: gemma, mergedFrom one, mergedFrom two
        """,
        "violated",
        against={"clause/gemma/pass-through"},
    ),
    Case(
        "incompatible-terms",
        "the GPL and a license to which Llama models are confined",
        """
        one: gpl-3.0
        two: llama3
        x/it: llama3, mergedFrom one, mergedFrom two
        """,
        "violated",
        against={"clause/llama3/output-improvement-ban"},
    ),
    Case(
        "incompatible-terms",
        "three share-alike clauses that accept no license in common, though each two may",
        """
        one: epl-1.0
        two: epl-2.0
        three: eupl-1.2
        x/it: epl-2.0, mergedFrom one, mergedFrom two, mergedFrom three
        """,
        "violated",
        against=set(),
    ),
    Case(
        "incompatible-terms",
        "of these three, two have the Eclipse license 2.0 in common",
        """
        one: epl-1.0
        two: epl-2.0
        x/it: epl-2.0, mergedFrom one, mergedFrom two
        """,
        "met",
    ),
    Case(
        "incompatible-terms",
        "of these three, two have the Eclipse license 1.0 in common",
        """
        one: epl-1.0
        three: eupl-1.2
        x/it: epl-1.0, mergedFrom one, mergedFrom three
        """,
        "met",
    ),
    Case(
        "incompatible-terms",
        "of these three, two have the GPL in common, if it is named as a secondary license",
        """
        two: epl-2.0
        three: eupl-1.2
        x/it: gpl-3.0, mergedFrom two, mergedFrom three
        """,
        "unknown",
    ),
    Case(
        "incompatible-terms",
        "it is of no use to state no license",
        """
        one: gpl-3.0
        two: cc-by-nc-4.0
        x/it: NoLicense, mergedFrom one, mergedFrom two
        """,
        "violated",
    ),
    Case(
        "incompatible-terms",
        "non-commercial and non-commercial share-alike have a license in common",
        """
        one: cc-by-nc-4.0
        two: cc-by-nc-sa-4.0
        x/it: apache-2.0, mergedFrom one, mergedFrom two
        """,
        "met",
    ),
    Case(
        "incompatible-terms",
        "CC BY-SA and the GPL have the GPL in common",
        """
        one: cc-by-sa-4.0
        two: gpl-3.0
        x/it: gpl-3.0, mergedFrom one, mergedFrom two
        """,
        "met",
    ),
    Case(
        "incompatible-terms",
        "the GPL accepts the Affero GPL for a combination, which this is",
        """
        one: gpl-3.0
        two: agpl-3.0
        x/it: agpl-3.0, mergedFrom one, mergedFrom two
        """,
        "met",
    ),
    Case(
        "incompatible-terms",
        "the GPL with what asks for nothing",
        """
        one: gpl-3.0
        two: mit
        x/it: mit, mergedFrom one, mergedFrom two
        """,
        "met",
    ),
    Case(
        "incompatible-terms",
        "versions 2 and 3 of the GPL go together only if the work of version 2 says so",
        """
        one: gpl-2.0
        two: gpl-3.0
        x/it: gpl-3.0, mergedFrom one, mergedFrom two
        """,
        "unknown",
    ),
    Case(
        "incompatible-terms",
        "what an unknown parent demands is not known",
        """
        one: gpl-3.0
        two: NoLicense
        x/it: gpl-3.0, mergedFrom one, mergedFrom two
        """,
        "unknown",
    ),
    Case(
        "incompatible-terms",
        "a conflict is certain whatever a third parent demands",
        """
        one: gpl-3.0
        two: cc-by-nc-4.0
        three: NoLicense
        x/it: gpl-3.0, mergedFrom one, mergedFrom two, mergedFrom three
        """,
        "violated",
    ),
    Case(
        "incompatible-terms",
        "use restrictions of two licenses might be laid down side by side",
        """
        one: gemma
        two: bigscience-bloom-rail-1.0
        x/it: gemma, mergedFrom one, mergedFrom two
        """,
        "unknown",
    ),
    Case(
        "incompatible-terms",
        "a part that stays separable keeps its own terms",
        """
        one: gpl-3.0
        two: cc-by-nc-4.0
        x/it: mit, combines one, combines two
        """,
        "",
    ),
    # ------------------------------------------------------------------ guardrail-circumvention
    Case(
        "guardrail-circumvention",
        "refusals removed from a model whose license forbids it",
        """
        base: gemma
        x/it: gemma, abliteratedFrom base
        """,
        "violated",
    ),
    Case(
        "guardrail-circumvention",
        "refusals removed from a fine-tune of such a model",
        """
        root: gemma
        base: mit, finetunedFrom root
        x/it: mit, abliteratedFrom base
        """,
        "violated",
    ),
    Case(
        "guardrail-circumvention",
        "who quantizes what another has abliterated has removed nothing himself",
        """
        root: gemma
        base: gemma, abliteratedFrom root
        x/it: gemma, quantizedFrom base
        """,
        "unknown",
    ),
    Case(
        "guardrail-circumvention",
        "a fine-tune is no removal that anyone has stated",
        """
        base: gemma
        x/it: gemma, finetunedFrom base
        """,
        "",
    ),
    Case(
        "guardrail-circumvention",
        "refusals may be removed where no license forbids it",
        """
        base: apache-2.0
        x/it: apache-2.0, abliteratedFrom base
        """,
        "",
    ),
    Case(
        "guardrail-circumvention",
        "a co-parent from which nothing was removed",
        """
        one: gemma
        two: apache-2.0
        both: apache-2.0, abliteratedFrom two
        x/it: gemma, mergedFrom one, mergedFrom both
        """,
        "",
    ),
    # ------------------------------------------------------------------ warnings
    *(
        Case(code, sentence, world, verdict)
        for code, license_, other in (
            ("conditions-apply", "llama2", "mit"),
            ("conditions-apply", "stabilityai-ai-community", "mit"),
            ("use-restrictions", "gemma", "mit"),
            ("source-disclosure", "gpl-3.0", "mit"),
            ("terminable", "gpl-3.0", "mit"),
        )
        for sentence, world, verdict in (
            (
                f"a fine-tune of a model under {license_}",
                f"base: {license_}\nx/it: mit, finetunedFrom base",
                "violated",
            ),
            (
                f"a fine-tune of a model under {other}, beside {license_}",
                f"base: {other}\nx/it: {license_}, finetunedFrom base",
                "",
            ),
            (
                "a model of which nothing is known has a code of its own",
                "base: NoLicense\nx/it: mit, finetunedFrom base",
                "",
            ),
        )
    ),
    *(
        Case(
            code,
            f"whether terms on data under {license_} bind the model is left open",
            f"dataset d: {license_}\nx/it: mit, trainedOn dataset d",
            "unknown",
            ("cautious",),
        )
        for code, license_ in (
            ("conditions-apply", "llama2"),
            ("use-restrictions", "gemma"),
            ("source-disclosure", "gpl-3.0"),
            ("terminable", "gpl-3.0"),
        )
    ),
    *(
        Case(
            code,
            f"whether {license_} binds weights that nobody owns is left open",
            f"base: {license_}\nx/it: mit, finetunedFrom base",
            "unknown",
            ("weights-not-copyrightable",),
        )
        for code, license_ in (
            ("revocable", "chatglm3"),
            ("revocability-not-stated", "bigcode-openrail-m"),
        )
    ),
    *(
        Case(code, sentence, world, verdict)
        for code, license_, other in (
            ("revocable", "llama1", "apache-2.0"),
            ("revocability-not-stated", "mit", "apache-2.0"),
            ("right-not-granted", "cc-by-4.0", "apache-2.0"),
        )
        for sentence, world, verdict in (
            (
                f"an adapter for a model under {license_}",
                f"base: {license_}\nx/it: apache-2.0, adapterFor base",
                "violated",
            ),
            (
                f"a model under {other} within a pipeline",
                f"base: {other}\nx/it: {license_}, combines base",
                "met",
            ),
            (
                f"training on data under {license_} needs no right that lasts",
                f"dataset d: {license_}\nx/it: apache-2.0, trainedOn dataset d",
                "",
            ),
            (
                "a model of which nothing is known has a code of its own",
                "base: NoLicense\nx/it: mit, finetunedFrom base",
                "",
            ),
        )
    ),
]


def judged(world: Source, reading: str, code: str, work: str) -> tuple[set[str], set[str]]:
    """Return the verdicts of one rule on a work, and what stands against it."""
    collection = collect([world])
    works = collection.works_table
    program = compile_reading(reading)
    lineage = lineage_of(works, collection.derivations_table, program.automaton)
    outcome = conclude(lineage, program, shipped_catalogue())
    row = works["id"].to_pylist().index(work)
    situation = outcome.situations.all[outcome.situations.of_work[row]].iri
    found = [j for j in outcome.judgements if j.work == situation and j.code == code]
    return {j.verdict for j in found}, {local_name(a) for j in found for a in j.against}


def _name(value: Any) -> str | None:
    return f"{value.code}: {value.sentence}" if isinstance(value, Case) else None


@pytest.mark.parametrize(
    ("case", "reading"),
    [pytest.param(c, r, id=f"{_name(c)} [{r}]") for c in CASES for r in c.readings],
)
def test_the_rule_says_of_the_work(
    case: Case, reading: str, read_world: Callable[[str], Source]
) -> None:
    verdicts, against = judged(read_world(case.world), reading, case.code, case.work)
    assert verdicts == ({case.verdict} if case.verdict else set())
    if case.against is not None:
        assert against == case.against


@pytest.mark.parametrize("rule", folder_queries("findings"), ids=lambda rule: rule.name)
def test_every_rule_has_a_world_where_it_fires_and_one_where_it_does_not(rule: Any) -> None:
    verdicts = {case.verdict for case in CASES if case.code == rule.header["code"]}
    assert "violated" in verdicts
    assert verdicts & {"met", ""}


@pytest.mark.parametrize("rule", folder_queries("findings"), ids=lambda rule: rule.name)
def test_every_rule_has_a_world_where_nobody_can_say_or_says_why_there_is_none(rule: Any) -> None:
    verdicts = {case.verdict for case in CASES if case.code == rule.header["code"]}
    never, _, why = rule.header["unknown-when"].partition(";")
    assert (never.strip() == "never") == ("unknown" not in verdicts)
    assert never.strip() != "never" or why.strip()


@pytest.mark.parametrize("rule", folder_queries("findings"), ids=lambda rule: rule.name)
def test_every_rule_says_what_it_rests_on_what_it_looks_at_and_what_discharges_it(
    rule: Any,
) -> None:
    assert rule.header["discharged-by"].strip()
    assert set(rule.header.get("looks-at", ())) <= set(looks())
    assert {NS + name for name in rule.header["rests-on"]} <= CLASSES


@pytest.mark.parametrize("rule", folder_queries("findings"), ids=lambda rule: rule.name)
def test_a_rule_that_looks_upstream_itself_says_by_which_relations(rule: Any) -> None:
    by = rule.header.get("reaches-by", {})
    assert all(f"licet:{relation}" in rule.text.partition("SELECT")[2] for relation in by)
    assert all(f"licet:{force}" in rule.text.partition("SELECT")[2] for force in by.values())
    looks_itself = re.search(
        r"\?upstream licet:terms|licet:\w+/licet:terms\w+/?\S* \?because", rule.text
    )
    assert not looks_itself or by
