"""The log: one line of JSON on standard error for each thing that happened."""

from __future__ import annotations

import json
import logging
import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

import orjson

if TYPE_CHECKING:
    from licet_service.settings import Settings

_OWN: Final = frozenset(vars(logging.makeLogRecord({}))) | {"message", "color_message"}
"""What any record has; the rest was said beside the event."""


class JsonLines(logging.Formatter):
    """Writes a record as JSON, which escapes line breaks: nothing sent begins a line of its own."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line of a record."""
        line = {name: value for name, value in vars(record).items() if name not in _OWN}
        line |= {
            "event": record.getMessage(),
            "level": record.levelname.lower(),
            "logger": record.name,
            "timestamp": datetime.fromtimestamp(record.created, UTC),
        }
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        try:
            return orjson.dumps(line, default=str, option=_OPTIONS).decode()
        except orjson.JSONEncodeError:  # it writes no half of a pair of surrogates
            return json.dumps(line, default=str, sort_keys=True)


_OPTIONS: Final = orjson.OPT_SORT_KEYS | orjson.OPT_UTC_Z | orjson.OPT_NON_STR_KEYS


def configure(settings: Settings) -> None:
    """Let all that this process logs, its libraries included, be lines of JSON."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(settings.log_level.upper())
