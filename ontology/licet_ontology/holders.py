"""Who holds a copyright, as written where each user of a license fills it in."""

from __future__ import annotations

import re

_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")
# Addresses; what names contain though it is said in conditions too; and "for" within a name, as in
# "Allen Institute for AI".
_KNOWN = re.compile(
    r"<?(?:https?://|www\.)[^\s<>()]{1,100}>?|<?[\w.+-]{1,60}@[\w.-]{1,60}>?"
    r"|\ball rights? reserved\b|\bfree software foundation\b|\(c\)",
    re.IGNORECASE,
)
_WITHIN_NAME = re.compile(r"(?<=[a-z]) (?:for|at|in|on|to) (?=[A-Z])")
# A sentence that ends and another that begins; not "Foo Inc. and Bar", "J. Doe".
_NEXT_SENTENCE = re.compile(r"(?:[^\W\d_]{2}|\d)[.;:!?]\s+(?=[^\W\d_])")
_ABBREVIATION = re.compile(
    r"\b(?:inc|ltd|co|corp|llc|jr|sr|dr|et al|e\.v|copyright)[.:]\s", re.IGNORECASE
)

_CONDITIONS = """
not no none nor only solely just unless except without excluding excluded notwithstanding
if when where while may must shall should can cannot could would will might ought do does did done
is are be been was were has have had am
to for from with under against during within before after until till per through upon as than
in on at into about over above below between
who whom whose which what that this these those there here
you your yours we us our ours they them their it i me my he she
everyone everybody anyone anybody nobody nothing anything everything any each every else
provide provided provides use uses used using user users usage purpose purposes
commercial commercially noncommercial permitted permits permit permission prohibited prohibits
forbidden forbids restricted restriction restrictions subject allowed allow disallowed
charge fee fees pay pays paid payment royalty royalties free gratis sale sell sold
license licenses licensed licence licences licenced licensee licensees licensor unlicensed
recipient recipients customer customers competitor competitors rival rivals
expire expires void revoke revocable revoked terminate terminated terminates
trial evaluation demo student students nonprofit nonprofits individual individuals
patent patents trademark trademarks condition conditions term terms granted grant grants
distribute distributed distribution redistribution copy copies modify modified modification
modifications derivative derivatives output outputs requires require required obtain
agree agrees agreement consent approval liable liability warranty warranties
nur für kein keine nicht verboten pour seulement sans interdit interdite solo para sin prohibido
"""
_CONDITIONAL = frozenset(_CONDITIONS.split())
"""Words that stand in conditions, and in few names."""
_CONDITIONAL_CHARACTERS = re.compile(r"[不禁仅只须限]|商用|授权|许可")
_FIELDS = "research academic education educational military government personal"
_COMMON = frozenset(_FIELDS.split())
"""Words of names, where they begin with a capital."""
_PARTS = """
a an and or of the by its et al de del den der des di da la le van von und y e du copyright
holder holders owner owners author authors contributor contributors others other all present
organization organizations team project inc llc ltd co corp company corporation gmbh ag sa
affiliates subsidiaries university community foundation group regents institute members
developers maintainers respective various
name year yyyy fullname
"""
_PARTICLES = frozenset(_PARTS.split())
MAX_UNKNOWN = 2
"""So many other words may begin with a small letter, such as the name of an account."""
_OF_A_SENTENCE = re.compile(r"(?:able|ible|ed|ing|ly|ion|ions)\Z")


def is_name(written: str) -> bool:
    """Tell whether words say whose a work is, and nothing that may be a condition.

    In doubt they do not: a text that says more than a name is shown with it.
    """
    rest = _WITHIN_NAME.sub(" ", _KNOWN.sub(" ", written))
    if _NEXT_SENTENCE.search(_ABBREVIATION.sub(" ", rest)):
        return False
    found = _WORD.findall(rest)
    folded = {word.casefold() for word in found}
    if not _CONDITIONAL.isdisjoint(folded) or _CONDITIONAL_CHARACTERS.search(rest):
        return False
    shouted = not any(word[1:].islower() for word in found)
    if shouted:
        return _COMMON.isdisjoint(folded)
    small = [word for word in found if word[0].islower() and word not in _PARTICLES]
    return len(small) <= MAX_UNKNOWN and not any(
        word in _COMMON or _OF_A_SENTENCE.search(word) for word in small
    )
