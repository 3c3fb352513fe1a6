"""The errors of Licet, by who must act on them."""

from __future__ import annotations


class LicetError(Exception):
    """The base of all errors that Licet raises on purpose."""


class SourceError(LicetError):
    """A source of metadata cannot be read; its owner or address must change."""


class DataError(LicetError):
    """Licet's own data is wrong: ontology, catalogue, query library or snapshot."""


class UsageError(LicetError):
    """The caller asked for something that does not exist or makes no sense."""


class UnknownWorkError(UsageError):
    """A work is not in the graph, so nothing can be said of it."""
