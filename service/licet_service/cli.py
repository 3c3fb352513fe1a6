"""The command line: data on standard output, messages on standard error."""

from __future__ import annotations

import gc
import sys
from importlib import import_module
from typing import NoReturn

import click

from licet_ontology.errors import LicetError, UnknownWorkError, UsageError
from licet_service.command_options import EXIT_UNKNOWN, EXIT_UNUSABLE, EXIT_USAGE
from licet_service.terminal import say

COMMANDS = {
    "build": "build_commands",
    "update": "build_commands",
    "serve": "snapshot_commands",
    "query": "query_commands",
    "sparql": "query_commands",
    "explain": "work_commands",
    "check": "work_commands",
    "licenses": "license_commands",
    "findings": "license_commands",
    "compatibility": "license_commands",
    "plan": "work_commands",
    "suggest": "work_commands",
    "identify": "license_commands",
    "export": "snapshot_commands",
    "snapshots": "snapshot_commands",
    "rollback": "snapshot_commands",
    "backup": "snapshot_commands",
    "validate": "snapshot_commands",
}
"""Modules of commands, of which only that of the command that is called is imported."""
EXIT_INTERRUPTED = 130


class _Commands(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module = import_module(f"licet_service.{COMMANDS[cmd_name]}")
        found: click.Command = getattr(module, cmd_name)
        return found


@click.group(
    cls=_Commands,
    context_settings={"show_default": True},
    epilog="Exit status: 0 nothing wrong, 1 terms violated, 2 wrong usage, "
    "3 nothing violated but something unknown, 4 a source or snapshot is unusable.",
)
def app() -> None:
    """What the licenses behind an AI model oblige, forbid and permit."""


def main() -> NoReturn:
    """Run the command line; errors that Licet foresees become one line and an exit status."""
    gc.set_threshold(50_000)  # What commands import and read is of use until they end.
    try:
        status = app(standalone_mode=False)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except click.Abort:
        sys.exit(EXIT_INTERRUPTED)
    except UnknownWorkError as error:
        say(str(error))
        sys.exit(EXIT_UNKNOWN)
    except LicetError as error:
        say(str(error))
        sys.exit(EXIT_USAGE if isinstance(error, UsageError) else EXIT_UNUSABLE)
    except Exception:  # Python's own status for it, 1, would say that terms are violated
        import traceback

        traceback.print_exc()
        sys.exit(EXIT_UNUSABLE)
    sys.exit(status)
