"""Some works as the Hub has them now, with all that they draw on; nothing is kept."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TYPE_CHECKING

from licet_ingest.hub_json import bounded
from licet_ingest.sources.hub_client import HubUnavailableError
from licet_ingest.sources.hub_lookup import AT_A_TIME, FAILED, ask
from licet_ingest.sources.hub_records import rename_parents

if TYPE_CHECKING:
    from collections.abc import Iterable

    from licet_ingest.records import WorkRecord
    from licet_ingest.sources.hub_client import HubClient
    from licet_ingest.sources.hub_lookup import Key

MAX_WORKS = 300
"""Works asked for at most; what lies beyond stays missing, and so unknown."""


def works_with_upstream(
    client: HubClient, keys: Iterable[Key], most: int = MAX_WORKS
) -> tuple[list[WorkRecord], dict[Key, str]]:
    """Return works as the Hub has them, with those upstream, and why others are not there.

    A work that the Hub does not give is left out: who judges the others finds it missing.

    Args:
        client: Whom to ask.
        keys: Kind and id of the works.
        most: How many works are asked for.

    Raises:
        HubUnavailableError: A question failed, so that nothing can be said.
        HubRefusedError: The token is wrong.
    """
    found: dict[Key, WorkRecord] = {}
    aliases: dict[Key, str] = {}
    reasons: dict[Key, str] = {}
    todo = list(dict.fromkeys(key for key in keys if key[0] in {"model", "dataset"}))
    asked = set(todo)
    while todo:
        with ThreadPoolExecutor(AT_A_TIME) as pool:
            answers = list(pool.map(partial(ask, client), todo))
        todo = []
        for answer in answers:
            if answer.outcome == FAILED:
                raise HubUnavailableError(f"{answer.asked}: {answer.reason}")
            work = answer.work()
            if work is None:
                reasons[answer.key] = bounded(answer.reason)
                continue
            if work.id != answer.asked:
                aliases[answer.key] = work.id
            found.setdefault(work.key, work)
            for derivation in work.derivations:
                parent = derivation.parent
                if parent in asked or parent[0] not in {"model", "dataset"}:
                    continue
                if len(asked) >= most:
                    reasons[parent] = f"is beyond the first {most} works that were asked for"
                    continue
                asked.add(parent)
                todo.append(parent)
    for work in found.values():
        rename_parents(work, aliases, [])
    return list(found.values()), reasons
