"""What the tests share: the test vectors, and the native command."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any, TypedDict

import pytest
import trailseal

ROOT = Path(__file__).parents[2]
VECTORS = ROOT / "test-vectors"
EXAMPLE = VECTORS / "example"

ASKED: dict[str, Any] = {"keys": EXAMPLE / "public-keys", "covering": ("2026-03-01", "2026-03-03")}
"""What passes over handover.zip."""


class Vector(TypedDict):
    id: str
    archives: list[str]
    keys: list[str]
    pins: list[str] | None
    scope: dict[str, Any]
    limits: dict[str, int]


def vectors() -> list[Vector]:
    index = json.loads((VECTORS / "index.json").read_bytes())
    return [{"limits": {}, **vector} for vector in index["vectors"]]


def command(*arguments: str | Path, code: int | None = None) -> bytes:
    """Runs the native command and returns what it prints."""
    done = native(*arguments)
    assert done.returncode in ((0, 1, 3) if code is None else (code,)), done.stderr.decode()
    return done.stdout


def native(*arguments: str | Path) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run([os.environ["TRAILSEAL"], *map(str, arguments)], capture_output=True, check=False)


@pytest.fixture(scope="session")
def handover() -> bytes:
    return (EXAMPLE / "handover.zip").read_bytes()


@pytest.fixture(scope="session")
def passed() -> trailseal.Report:
    return trailseal.verify(EXAMPLE / "handover.zip", **ASKED)


@pytest.fixture(scope="session")
def failed() -> trailseal.Report:
    return trailseal.verify(EXAMPLE / "tampered.zip", **ASKED)
