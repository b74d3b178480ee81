"""The exceptions: trailseal could not look, or the caller asked for one. A verdict is a result and never an exception."""

from __future__ import annotations

# Importing `typing` for it would take longer than all the rest.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from ._trailseal import Report

__all__ = ["NotPassedError", "TrailsealError"]


class TrailsealError(Exception):
    """trailseal could not look: an archive, a key list or another file that cannot be read, or a defect of trailseal itself.

    `path` says which file it was, and is None where no file is concerned; `cause` says what is wrong with it.

    >>> import trailseal
    >>> try:
    ...     trailseal.verify("no-such-archive.zip")
    ... except trailseal.TrailsealError as error:
    ...     print(error.path, "-", error.cause)
    no-such-archive.zip - cannot be read: No such file or directory (os error 2)
    """

    path: str | None
    cause: str

    def __init__(self, path: str | None, cause: str) -> None:
        super().__init__(path, cause)
        self.path = path
        self.cause = cause

    def __str__(self) -> str:
        return self.cause if self.path is None else f"{self.path}: {self.cause}"


class NotPassedError(Exception):
    """What `Report.raise_for_outcome` raises unless the verdict is `passed`; `report` is the report.

    >>> import trailseal
    >>> report = trailseal.verify("tampered.zip", keys="public-keys", covering=("2026-03-01", "2026-03-03"))
    >>> try:
    ...     report.raise_for_outcome()
    ... except trailseal.NotPassedError as error:
    ...     print(error.report.overall)
    failed
    """

    report: Report

    def __init__(self, report: Report) -> None:
        super().__init__(report)
        self.report = report

    def __str__(self) -> str:
        return self.report.sentence
