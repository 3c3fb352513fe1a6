"""What a process remembers of earlier questions, and no more than so much of it."""

from __future__ import annotations

from collections import OrderedDict
from threading import Lock
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping


class Recent:
    """What was said last of each of some keys, for all threads of a process."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._kept: OrderedDict[Hashable, Any] = OrderedDict()
        self._lock = Lock()

    def get(self, key: Hashable) -> Any:
        """Return what was said of a key, or None."""
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
            return self._kept.get(key)

    def keep(self, said: Mapping[Any, Any]) -> None:
        """Keep what was said of keys, and forget what was asked for longest ago."""
        with self._lock:
            self._kept.update(said)
            while len(self._kept) > self._size:
                self._kept.popitem(last=False)
