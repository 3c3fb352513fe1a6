"""Identify the texts on standard input with Licet; print times, memory and answers as JSON.

Run as a script, so that nothing is imported before the clock starts.
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

from licet_ontology.identify import shipped_identifier  # noqa: E402

identifier = shipped_identifier()
identifier.identify(texts[0])
start_s = time.perf_counter() - started
answers, text_s = [], []
for text in texts:
    before = time.process_time()
    found = identifier.identify(text)
    text_s.append(time.process_time() - before)
    names = [*found.licenses, *found.part_of]
    answers.append({"names": names, "whole": found.status == "identified"})
# Not ru_maxrss, which begins with the memory of the process that started this one.
status = Path("/proc/self/status").read_text(encoding="ascii")
peak_mb = int(status.partition("VmHWM:")[2].split()[0]) / 1024
json.dump(
    {"start_s": start_s, "peak_mb": peak_mb, "text_s": text_s, "answers": answers}, sys.stdout
)
