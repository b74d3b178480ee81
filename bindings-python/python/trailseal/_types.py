"""Names for the types of arguments and results, for type checkers and readers."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Literal, Protocol, TypeAlias, TypedDict

if TYPE_CHECKING:
    from ._trailseal import Progress

__all__ = [
    "Archive",
    "Axis",
    "AxisOutcome",
    "BinaryFile",
    "Bytes",
    "Cell",
    "Covering",
    "Effect",
    "Keys",
    "Limits",
    "Names",
    "Outcome",
    "Path",
    "Pins",
    "ProgressArgument",
    "Row",
    "Scope",
    "TableName",
]

Outcome: TypeAlias = Literal["passed", "indeterminate", "failed"]
"""The verdict over all axes."""

AxisOutcome: TypeAlias = Literal["passed", "indeterminate", "failed", "not_assessed"]
"""The answer on one axis; only coverage can be not assessed, where no period was asked."""

Axis: TypeAlias = Literal["integrity", "authenticity", "continuity", "coverage"]
"""One of the four questions of a verification."""

Effect: TypeAlias = Literal["refutes", "limits", "informs"]
"""What a finding does to its axis."""

TableName: TypeAlias = Literal["findings", "asked", "objects", "coverage", "chains", "keys", "lake"]
"""A table of a report."""

Cell: TypeAlias = str | int | bool | datetime | None
"""What one cell of a table holds; times are in UTC."""

Row: TypeAlias = dict[str, Cell]
"""One row of a table, from column to cell."""

Path: TypeAlias = str | os.PathLike[str]
"""Where a file or folder lies."""

Bytes: TypeAlias = bytes | bytearray | memoryview
"""The content of a file."""


class BinaryFile(Protocol):
    """A file object that was opened for reading bytes; with `seek` it may be a zip archive, without it must be a tar archive."""

    def read(self, size: int, /) -> bytes:
        """Reads up to `size` bytes; none at the end."""
        ...


Archive: TypeAlias = Path | BinaryFile | Bytes | Iterable[Path | tuple[str, Bytes]]
"""Paths of folders or archives, an open file, the bytes of an archive, or pairs of a path and its bytes; not a mixture of them."""

Keys: TypeAlias = Path | Mapping[str, Any] | Iterable[Path | Mapping[str, Any]]
"""Key lists: paths of files or folders, JSON text, or what `json.load` makes of it; one or several."""

Pins: TypeAlias = Path | Iterable[Path]
"""SHA-256 of keys in hexadecimal, or paths of files with one a line; one or several."""

Names: TypeAlias = str | Iterable[str]
"""One name or several."""

Covering: TypeAlias = str | date | tuple[str | date, str | date]
"""A period: `(start, end)`, "START/END", or one day; a `datetime` needs a time zone. Dates are those of UTC; the end is not inside."""

Scope: TypeAlias = Path | Mapping[str, Any]
"""A scope file: its path, its JSON text, or what `json.load` or `tomllib.load` makes of it."""

ProgressArgument: TypeAlias = bool | Callable[["Progress"], object]
"""True shows a bar; a callable is called a few times a second."""


class Limits(TypedDict, total=False):
    """Bounds on what is read. What lies beyond one is the finding `archive.limit`."""

    digest_bytes: int
    log_bytes: int
    entry_bytes: int
    entries: int
    json_depth: int
    path_bytes: int
    unpacked_ratio: int
