"""Runs the Python lines of documents one by one, as somebody would paste them; a comment behind an expression is its value.

It needs nothing but trailseal.
"""

from __future__ import annotations

import ast
import os
import sys
import tempfile
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]


def run(document: Path) -> int:
    names: dict[str, Any] = {}
    checked = 0
    for block in document.read_text(encoding="utf-8").split("```python\n")[1:]:
        block = block.split("\n```")[0]
        lines = block.splitlines()
        for statement in ast.parse(block).body:
            if isinstance(statement, ast.Expr):
                value = eval(compile(ast.Expression(statement.value), str(document), "eval"), names)
                stated = lines[(statement.end_lineno or 0) - 1].encode()[statement.end_col_offset :].decode().strip()
                if stated.startswith("# "):
                    assert repr(value) == stated.removeprefix("# "), f"{ast.unparse(statement)} is {value!r}"
                    checked += 1
            else:
                exec(compile(ast.Module([statement], []), str(document), "exec"), names)
    return checked


if __name__ == "__main__":
    documents = [Path(document).resolve() for document in sys.argv[1:]]
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "test-vectors").symlink_to(ROOT / "test-vectors")
        os.chdir(folder)
        for document in documents:
            checked = run(document)
            assert checked, f"{document} states no value"
            print(f"{document.relative_to(ROOT)}: {checked} values are as stated")
        os.chdir(ROOT)
