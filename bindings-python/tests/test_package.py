"""What is handed on: the wheel and the source distribution."""

from __future__ import annotations

import email
import json
import os
import subprocess
import tarfile
import zipfile
from pathlib import Path

from conftest import ROOT

WHEEL, SDIST = Path(os.environ["WHEEL"]), Path(os.environ["SDIST"])


def test_the_wheel_is_small_and_whole() -> None:
    assert WHEEL.name.split("-")[2:4] == ["cp311", "abi3"]
    assert WHEEL.stat().st_size < 8_000_000
    with zipfile.ZipFile(WHEEL) as wheel:
        names = {name.split("/", 1)[1] for name in wheel.namelist()}
        information = email.message_from_bytes(wheel.read(next(name for name in wheel.namelist() if name.endswith("/METADATA"))))
        materials = json.loads(wheel.read(next(name for name in wheel.namelist() if name.endswith(".cyclonedx.json"))))
    assert names >= {"py.typed", "_trailseal.pyi", "__main__.py", "licenses/LICENSE-APACHE", "licenses/LICENSE-MIT", "entry_points.txt"}
    assert (information["Name"], information["License-Expression"]) == ("trailseal", "Apache-2.0 OR MIT")
    assert information["Requires-Python"] == ">=3.11"
    assert information.get_all("Requires-Dist") == ["tqdm>=4.66 ; extra == 'progress'"], "it depends on nothing"
    assert "trailseal for Python" in information.get_payload()
    assert {"trailseal", "trailseal-cli", "rsa", "pyo3"} <= {component["name"] for component in materials["components"]}


def test_the_sources_are_whole() -> None:
    """Every file of which the wheel is made, with the same bytes, and none of the evidence."""
    made_of = ["core/src", "core/templates", "core/askama.toml", "cli/src", "bindings-python/src", "bindings-python/python"]
    tracked = subprocess.run(["git", "ls-files", *made_of], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split()
    assert len(tracked) > 60
    with tarfile.open(SDIST) as sources:
        found = {member.name.split("/", 1)[1]: member for member in sources.getmembers()}
        for file in [*tracked, "LICENSE-APACHE", "LICENSE-MIT", "Cargo.lock", "bindings-python/README.md"]:
            # maturin puts the package beside the manifest of the workspace.
            name = file.removeprefix("bindings-python/") if file.startswith("bindings-python/python") else file
            extracted = sources.extractfile(found[name])
            assert extracted and extracted.read() == (ROOT / file).read_bytes(), name
    assert "PKG-INFO" in found
    assert not [name for name in found if name.startswith("test-vectors/archives")]
