"""The log: one line of JSON on standard error for each thing that happened."""

from __future__ import annotations

import logging
import sys
from typing import TYPE_CHECKING

import structlog

if TYPE_CHECKING:
    from structlog.typing import EventDict

    from licet_service.settings import Settings


def configure(settings: Settings) -> None:
    """Let all that this process logs, its libraries included, be lines of JSON."""
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[
            structlog.stdlib.add_logger_name,
            structlog.stdlib.add_log_level,
            structlog.stdlib.ExtraAdder(),
            structlog.processors.TimeStamper(fmt="iso", utc=True),
        ],
        # JSON escapes line breaks, so that nothing that was sent can begin a line of its own.
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            _without_colors,
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(sort_keys=True),
        ],
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(formatter)
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(settings.log_level.upper())


def _without_colors(_: object, __: str, line: EventDict) -> EventDict:
    line.pop("color_message", None)  # uvicorn's, the same once more for a terminal
    return line
