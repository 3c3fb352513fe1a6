"""Whether a work may be offered under a license, from what the rules say of it there."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from licet_reasoning.rules import Judgement


def answer_on(
    judgements: Iterable[Judgement],
    severity: Mapping[str, str],
    pointing: Collection[str],
    *,
    unread: bool = False,
) -> tuple[str, tuple[Judgement, ...], tuple[Judgement, ...]]:
    """Return an answer, what stands against it, and what the rules point out beside.

    The answer is ``may``; ``may not``, because an inherited term would be violated; or
    ``unknown``, because that depends on what nobody has read or stated.

    Args:
        judgements: What the rules say of the work under the license, or under each of several.
        severity: The severity of each finding code.
        pointing: Codes of findings that are the same whatever the license.
        unread: Whether nobody has read the license for the catalogue.
    """
    # What is the same for all is left out; what is not published has no name yet.
    told = (j for j in dict.fromkeys(judgements) if j.code not in pointing and j.code != "naming")
    failed = [j for j in told if j.verdict != "met"]
    against = [j for j in failed if severity[j.code] in {"error", "unknown"}]
    warnings = tuple(j for j in failed if j not in against)
    if any(j.verdict == "violated" and severity[j.code] == "error" for j in against):
        return "may not", tuple(against), warnings
    return ("unknown" if against or unread else "may"), tuple(against), warnings
