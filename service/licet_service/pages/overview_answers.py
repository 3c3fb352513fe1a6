"""What the first page and the page on method say of the snapshot in force."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

from licet_ontology.terms import BASE, DEFAULT_READING, GRAPH_ONTOLOGY, RDFS, SKOS
from licet_service.license_view import is_read, license_ids
from licet_service.pages.graph_reading import GraphReading

if TYPE_CHECKING:
    from licet_service.dataset import OpenSnapshot


def overview(opened: OpenSnapshot, reading: str = DEFAULT_READING) -> dict[str, Any]:
    """Return when and from what a snapshot was built, how much it holds, and the readings.

    Raises:
        UsageError: There is no such reading.
    """
    opened.see(reading)
    manifest = opened.snapshot.manifest
    graph = GraphReading(opened.store, reading)
    ids = _licenses()
    return {
        "snapshot": opened.snapshot.id,
        "finished": manifest["finished"],
        "statistics_of": manifest.get("statistics_of", opened.snapshot.id),
        "newest": manifest.get("newest_change_in_sources"),
        "counts": manifest["counts"],
        "triples": sum(manifest["triples"].values()),
        "sources": [_source(one) for one in manifest.get("sources", ())],
        "licenses": {"read": ids[0], "named": ids[1]},
        "readings": [
            {
                "name": name,
                "label": graph.text(f"{BASE}reading/{name}", RDFS + "label", GRAPH_ONTOLOGY),
                "definition": graph.definition(f"{BASE}reading/{name}"),
                "note": graph.text(f"{BASE}reading/{name}", SKOS + "scopeNote", GRAPH_ONTOLOGY),
            }
            for name in opened.seen
        ],
        "tools": manifest.get("tools", {}),
    }


def _source(source: dict[str, Any]) -> dict[str, Any]:
    """Return what a source is, without its place on the server."""
    return {"name": source["name"].rpartition("/")[2] or source["name"]}


@lru_cache(maxsize=1)
def _licenses() -> tuple[int, int]:
    ids = license_ids()
    read = sum(map(is_read, ids))
    return read, len(ids) - read
