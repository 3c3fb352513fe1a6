"""Fenced code in Markdown: which lines are code, in time that grows with the text alone."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_FENCE = re.compile(r"[ \t]{0,8}(`{3,}|~{3,})")


def lines_of(body: str, first_line: int = 1) -> Iterator[tuple[int, str, int, str]]:
    """Yield (number, line, block, language) for each line that is not itself a fence.

    Args:
        body: Markdown.
        first_line: Number of its first line.

    Yields:
        Of a line of prose the block is 0; blocks of code count from 1, and their language is
        what stands behind the fence.
    """
    fence, language, block = "", "", 0
    for number, line in enumerate(body.split("\n"), first_line):
        mark = _FENCE.match(line)
        if mark and not fence and not (mark[1][0] == "`" and "`" in line[mark.end() :]):
            fence, language, block = mark[1], line[mark.end() :].strip(), block + 1
        elif mark and fence and mark[1].startswith(fence) and not line[mark.end() :].strip():
            fence = ""
        else:
            yield number, line, block if fence else 0, language
