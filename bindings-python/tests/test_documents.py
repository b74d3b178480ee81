"""Every example that people read is run: in docstrings and notebooks; `readme.py` runs the READMEs."""

from __future__ import annotations

import doctest
import os
from collections.abc import Iterator
from pathlib import Path

import nbclient
import nbformat
import pytest
import trailseal
from conftest import EXAMPLE, ROOT


ATTRIBUTES: set[str] = set()
"""They need words, and an example only where it tells more."""


def documented() -> Iterator[tuple[str, str | None]]:
    yield "trailseal", trailseal.__doc__
    for name in trailseal.__all__:
        item = getattr(trailseal, name)
        if name == "__version__":
            continue
        yield name, item.__doc__
        for attribute, value in vars(item).items() if isinstance(item, type) else ():
            if attribute.startswith("_") or issubclass(item, Exception):
                continue
            if not callable(value):
                ATTRIBUTES.add(f"{name}.{attribute}")
            yield f"{name}.{attribute}", value.__doc__


DOCUMENTED = dict(documented())


@pytest.mark.parametrize("name", DOCUMENTED)
def test_docstrings_hold_examples_that_work(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(EXAMPLE)
    words = DOCUMENTED[name]
    assert words, "it is not documented"
    test = doctest.DocTestParser().get_doctest(words, {"trailseal": trailseal}, name, None, None)
    assert doctest.DocTestRunner().run(test).failed == 0
    if name not in ATTRIBUTES:
        assert test.examples, "it has no example"


NOTEBOOKS = sorted((ROOT / "bindings-python/notebooks").glob("*.ipynb"))


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda notebook: notebook.stem)
def test_notebooks_run(notebook: Path) -> None:
    document = nbformat.read(notebook, as_version=4)
    nbformat.validate(document)
    client = nbclient.NotebookClient(document, timeout=120, kernel_name="python3", resources={"metadata": {"path": notebook.parent}})
    client.execute()
    for cell in document.cells:
        for output in cell.get("outputs", []):
            assert output.get("name") != "stderr", output["text"]
    if os.environ.get("TRAILSEAL_NOTEBOOKS"):
        executed = Path(os.environ["TRAILSEAL_NOTEBOOKS"])
        executed.mkdir(parents=True, exist_ok=True)
        nbformat.write(document, executed / notebook.name)


def test_there_are_four_notebooks() -> None:
    assert len(NOTEBOOKS) == 4
