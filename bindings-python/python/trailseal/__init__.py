"""Proves, offline, that a handed-over AWS CloudTrail archive is what AWS delivered: complete, unaltered, in an unbroken signed chain.

>>> import trailseal
>>> report = trailseal.verify("handover.zip", keys="public-keys", covering=("2026-03-01", "2026-03-03"))
>>> report.overall
'passed'
"""

from ._errors import NotPassedError, TrailsealError
from ._trailseal import (
    Case,
    Exhibit,
    Explanation,
    Progress,
    Report,
    Table,
    __version__,
    examine,
    explain,
    inspect,
    schema,
    verify,
)

__all__ = [
    "Case",
    "Exhibit",
    "Explanation",
    "NotPassedError",
    "Progress",
    "Report",
    "Table",
    "TrailsealError",
    "__version__",
    "examine",
    "explain",
    "inspect",
    "schema",
    "verify",
]
