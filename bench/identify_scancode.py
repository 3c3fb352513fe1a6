"""Identify the texts on standard input with scancode-toolkit; print what ``identify_licet`` does.

Runs in an environment of its own, where scancode-toolkit is installed; ``texts`` may be empty.
A text is ``whole`` where a match of a license text has the full score.
"""

from __future__ import annotations

import time
from pathlib import Path

started = time.perf_counter()

import json  # noqa: E402
import sys  # noqa: E402

read_from = time.perf_counter()
texts = json.load(sys.stdin)
started += time.perf_counter() - read_from

from licensedcode.cache import get_index  # type: ignore[import-not-found] # noqa: E402
from licensedcode.models import licenses_data_dir  # type: ignore[import-not-found] # noqa: E402

index = get_index()
index.match(query_string=texts[0])
start_s = time.perf_counter() - started
answers, text_s = [], []
for text in texts:
    before = time.process_time()
    matches = index.match(query_string=text)
    text_s.append(time.process_time() - before)
    names = sorted({match.rule.license_expression for match in matches})
    whole = any(match.rule.is_license_text and match.score() == 100 for match in matches)
    answers.append({"names": names, "whole": whole})
# Not ru_maxrss, which begins with the memory of the process that started this one.
status = Path("/proc/self/status").read_text(encoding="ascii")
peak_mb = int(status.partition("VmHWM:")[2].split()[0]) / 1024
json.dump(
    {
        "start_s": start_s,
        "peak_mb": peak_mb,
        "text_s": text_s,
        "answers": answers,
        "licenses": licenses_data_dir,
    },
    sys.stdout,
)
