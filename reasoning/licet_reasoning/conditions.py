"""Conditions of duties, word for word as in the catalogue, that what is done with a work settles.

A check sees what was done from a repository, a plan is told it; both ask this list. Conditions that
stand in no set are for people to judge.
"""

from __future__ import annotations

MODIFYING = frozenset(
    {
        "abliteratedFrom",
        "adaptedFrom",
        "convertedFrom",
        "finetunedFrom",
        "mergedFrom",
        "prunedFrom",
        "quantizedFrom",
    }
)
"""Relations by which whoever publishes a work has changed the files of the one it is made from."""
MAYBE_VARIANTS = frozenset({"basedOn", "bundles", "convertedFrom", "copyOf", "quantizedFrom"})
"""Relations of a work to one that it may hold in another format or precision."""
CONTAINING = MODIFYING | {"bundles", "copyOf"}
"""Relations by which a work holds the one it is made from, changed or not."""

HOLDS_ON_PUBLICATION = frozenset(
    {
        "Copies, derivatives or works incorporating the software are distributed.",
        "Data are shared, with or without modifications.",
        "Does not apply to those who receive the works from a licensee as part of an integrated "
        "end user product.",
        "Does not apply to those who receive the works from a licensee as part of an integrated "
        "end-user product.",
        "The materials, derivatives, or products or services that incorporate them are "
        "distributed.",
        "The model is distributed or made available; either phrase suffices.",
    }
)
"""Conditions of clauses, word for word as in the catalogue, that publication meets."""
HOLDS_IF_MODIFIED = frozenset(
    {
        "Data files contain your additions or modifications.",
        "Files were modified.",
        "Files were modified. Does not apply to those who receive the works from a licensee as "
        "part of an integrated end user product.",
        "The document is modified.",
        "The models were modified to create derivatives.",
        "You created a derivative work.",
        "You distribute or publicly perform a derivative work.",
        "You distribute or publicly perform an adaptation.",
        "You distribute or publicly perform an adaptation; the work itself, in other formats too, "
        "stays under this license (4(a), section 3).",
        "You made an adaptation.",
        "You modified files of the Work.",
        "You modified files of the work.",
        "You modified the material, or it comes with indications of earlier modifications.",
        "You share adapted material that you produced.",
        "The model is modified.",
        "The work was modified.",
    }
)
"""Conditions that are met where the publisher changed the work upstream."""
FAILS_UNLESS_MODIFIED = frozenset(
    {
        "Files were modified.",
        "Files were modified. Does not apply to those who receive the works from a licensee as "
        "part of an integrated end user product.",
        "The work was modified.",
        "You made an adaptation.",
        "You modified files of the Work.",
        "You modified files of the work.",
        "You share adapted material that you produced.",
    }
)
"""Those of them that ask for nothing else, as of earlier changes or of what counts as a derivative.

Somebody who passes a work on as it is, be it what another made of the one upstream, changed none
of its files and produced no adaptation.
"""
HOLDS_BY_FORM = frozenset(
    {
        "The work is conveyed in a form other than the preferred form for making modifications to "
        "it.",
        "The work is distributed in a form other than the one preferred for making modifications.",
    }
)
"""Conditions that are met where the weights are here in no form that can be trained further."""
HOLDS_IF_CONTAINED = frozenset(
    {
        "Any portion of the Model Materials is distributed.",
        "The work is a copy of the Model or contains a substantial portion of it.",
        "The work is a copy of the software or contains a significant portion of it.",
        "The work is a copy of the software or contains a substantial portion of it.",
        "The work is a copy of the Software or contains a substantial portion of it.",
    }
)
"""Conditions that are met where the work holds the one upstream."""
ASKED_OF_VARIANTS = frozenset(
    {
        "The work is the Llama Materials in another format or precision; whether that makes it a "
        "copy of them, the text does not say.",
    }
)
"""Conditions that no other work meets than one in another format or precision."""
