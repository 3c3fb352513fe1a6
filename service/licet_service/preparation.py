"""What tasks need whatever the snapshot: made once, in the process that workers are forked from.

A worker may be killed at any time, and what each would make again costs more than its answer.
"""

from __future__ import annotations

import gc
from importlib import import_module

from licet_ontology.terms import DEFAULT_READING
from licet_queries.library import folder_queries
from licet_reasoning.quotient import compile_reading
from licet_service import license_view, tasks


def prepare() -> None:
    """Load the modules of all tasks, the catalogue, the rules and the program of one reading."""
    for module in {path.partition(":")[0] for path in tasks.TASKS.values()}:
        import_module(module)
    license_view.license_ids()
    license_view.definition("License")
    folder_queries("findings")
    folder_queries("rules")
    compile_reading(DEFAULT_READING)
    # What the collector never looks at again, no process has to have a copy of. One answer makes
    # tens of thousands of objects, of which next to none are in circles.
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000)
