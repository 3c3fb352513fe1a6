"""Settings of all tests."""

from __future__ import annotations

import os

from hypothesis import settings

# Times belong in bench/, never in a test. In CI the same examples are tried each time.
settings.register_profile("licet", deadline=None, derandomize="CI" in os.environ)
settings.load_profile("licet")
