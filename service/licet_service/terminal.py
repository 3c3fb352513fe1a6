"""What commands read and print, so that no terminal takes a text for a command."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from licet_ontology.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable


def say(message: str) -> None:
    """Print a message to standard error."""
    click.echo("\n".join(map(printable, message.split("\n"))), err=True)


def emit(lines: Iterable[str]) -> None:
    """Print data to standard output, as long as somebody reads it."""
    try:
        for line in lines:
            click.echo(line)
    except BrokenPipeError:
        # What is left in the buffer must not fail again when the interpreter flushes it.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def read_text(file: str) -> str:
    """Return the text in a file, or what is on standard input for ``-``.

    Raises:
        UsageError: It cannot be read.
    """
    try:
        return sys.stdin.read() if file == "-" else Path(file).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"cannot read {file}: {error}") from error


def printable(text: str, max_chars: int | None = None) -> str:
    r"""Return a text as one line of characters that can be seen.

    Control characters, line ends, and characters that hide or reorder others are written as
    escapes, as in ``\x1b`` and ``\u202e``.

    Args:
        text: From a source, a file name, an error.
        max_chars: Where it is cut, if it is longer.
    """
    if max_chars is not None and len(text) > max_chars:
        text = f"{text[: max_chars - 1]}…"
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)
