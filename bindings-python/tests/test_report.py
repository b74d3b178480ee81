"""The report and its tables."""

from __future__ import annotations

import csv
import datetime
import io
import json
import pickle
from typing import Any, get_args

import duckdb
import pandas
import polars
import pyarrow
import pytest
import trailseal
from conftest import EXAMPLE, VECTORS, command
from trailseal import _types

TABLES = get_args(_types.TableName)


def test_a_report_is_no_boolean(passed: trailseal.Report, failed: trailseal.Report) -> None:
    with pytest.raises(TypeError, match="three outcomes.*'passed'"):
        bool(passed)
    passed.raise_for_outcome()
    with pytest.raises(trailseal.NotPassedError, match="Failed for 2026-03-01") as raised:
        failed.raise_for_outcome()
    assert raised.value.report is failed
    with pytest.raises(trailseal.NotPassedError):
        trailseal.verify(EXAMPLE / "handover.zip").raise_for_outcome()


def test_it_says_what_the_canonical_report_says(failed: trailseal.Report) -> None:
    canonical = json.loads(failed.to_json())
    assert failed.to_dict() == canonical
    assert (failed.overall, failed.axes) == (canonical["overall"], canonical["axes"])
    words = failed.words()
    assert (words["report_digest"], words["sentence"]) == (failed.digest, failed.sentence) and str(failed) == failed.sentence
    assert [finding.get("detail") for finding in words["findings"]] == [finding["detail"] for finding in failed.findings]
    with pytest.raises(ValueError, match="'xx'"):
        failed.words("xx")
    assert failed.evidence_root == canonical["evidence_root"]
    assert [finding["code"] for finding in failed.findings] == [finding["code"] for finding in canonical["findings"]]
    assert [chain["chain"] for chain in failed.chains] == [chain["id"] for chain in canonical["chains"]]
    assert len(failed.coverage) == sum(len(chain["days"]) for chain in canonical["chains"])
    assert len(repr(failed)) < 120 and "\n" not in repr(failed)


def test_names_of_types_are_those_of_the_core(failed: trailseal.Report) -> None:
    forms = trailseal.schema()["$defs"]
    outcomes = {form["const"] for form in forms["Outcome"]["oneOf"]}
    assert set(get_args(_types.AxisOutcome)) == outcomes
    assert set(get_args(_types.Outcome)) == outcomes - {"not_assessed"}
    assert set(get_args(_types.Axis)) == set(failed.axes)
    assert set(get_args(_types.Effect)) == {form["const"] for form in forms["Effect"]["oneOf"]}
    with pytest.raises(ValueError, match="digest_bytes") as raised:
        trailseal.verify(EXAMPLE / "handover.zip", limits={"nothing": 1})  # type: ignore[typeddict-unknown-key]
    assert all(f"`{name}`" in str(raised.value) for name in _types.Limits.__annotations__)


@pytest.mark.parametrize("name", TABLES)
def test_every_library_reads_the_same_table(failed: trailseal.Report, name: str) -> None:
    # The example holds no result set of CloudTrail Lake.
    lake = trailseal.verify(VECTORS / "archives/lake/altered-row.zip", keys=VECTORS / "keys/us-east-1.json")
    table: trailseal.Table = getattr(lake if name == "lake" else failed, name)
    rows: list[dict[str, Any]] = list(table)
    assert (table.name, len(table), list(rows[0])) == (name, len(rows), table.columns)
    assert (table[0], table[-1], table[len(table) - 1]) == (rows[0], rows[-1], rows[-1])
    for wrong in (len(table), -len(table) - 1):
        with pytest.raises(IndexError):
            table[wrong]
    arrow = pyarrow.table(table)
    arrow.validate(full=True)
    assert arrow.to_pylist() == rows
    assert pyarrow.schema(table) == arrow.schema
    assert polars.DataFrame(table).to_dicts() == rows
    frame = pandas.DataFrame.from_arrow(table)
    assert (list(frame.columns), len(frame)) == (table.columns, len(rows))
    for column in table.columns:
        values = [None if pandas.isna(value) else value for value in frame[column]]
        assert values == [row[column] for row in rows], column
    # duckdb finds the variable by its name.
    asked = table  # noqa: F841
    assert duckdb.sql("from asked").fetchall() == [tuple(row.values()) for row in rows]


def test_duckdb_asks_a_table_by_its_variable(failed: trailseal.Report) -> None:
    findings = failed.findings
    asked = duckdb.sql("select code, count(*) from findings where effect = 'refutes' group by code order by code").fetchall()
    refuting = sorted(row["code"] for row in findings if row["effect"] == "refutes")
    assert [code for code, _ in asked] == sorted(set(refuting)) and sum(count for _, count in asked) == len(refuting)


def test_a_table_outlives_its_report() -> None:
    findings = trailseal.verify(EXAMPLE / "tampered.zip").findings
    stream = findings.__arrow_c_stream__()
    del findings
    assert pyarrow.RecordBatchReader._import_from_c_capsule(stream).read_all().num_rows > 0


def test_tables_are_those_of_the_command(failed: trailseal.Report) -> None:
    period = ("--from", "2026-03-01", "--to", "2026-03-03", "--keys", EXAMPLE / "public-keys")
    for name in TABLES:
        text = command("verify", EXAMPLE / "tampered.zip", *period, "--format", "csv", "--table", name).decode()
        lines = list(csv.DictReader(io.StringIO(text)))
        rows: list[dict[str, Any]] = list(getattr(failed, name))
        assert len(lines) == len(rows)
        for line, row in zip(lines, rows, strict=True):
            for column, cell in row.items():
                assert line[column].removeprefix("'") == as_csv(cell), column


def as_csv(cell: _types.Cell) -> str:
    match cell:
        case None:
            return ""
        case bool():
            return str(cell).lower()
        case datetime.datetime():
            return cell.strftime("%Y-%m-%dT%H:%M:%SZ")
        case _:
            return str(cell)


def test_pickles_are_the_same(failed: trailseal.Report) -> None:
    copy = pickle.loads(pickle.dumps(failed))
    assert copy == failed and copy.to_json() == failed.to_json()
    assert list(copy.objects) == list(failed.objects)
    exhibit = trailseal.examine("AWSLogs/README.txt", b"not evidence")
    assert pickle.loads(pickle.dumps(exhibit)) == exhibit
    case = trailseal.Case()
    case.admit(exhibit)
    assert repr(pickle.loads(pickle.dumps(case))) == repr(case) == "<trailseal.Case of 1 entry>"
    error = trailseal.TrailsealError("a.zip", "no archive")
    assert str(pickle.loads(pickle.dumps(error))) == str(error) == "a.zip: no archive"


def test_bytes_of_another_version_are_refused() -> None:
    from trailseal._trailseal import _unpack_case, _unpack_exhibit, _unpack_report

    for bytes_ in (b"", b"trailseal 0.0.1\n", b"trailseal 0.1.0\n\xff\xff\xff\xff\xff"):
        with pytest.raises(trailseal.TrailsealError):
            _unpack_case(bytes_)
        with pytest.raises(trailseal.TrailsealError):
            _unpack_exhibit(b"x", bytes_)
        with pytest.raises(trailseal.TrailsealError):
            _unpack_report(b"{}", bytes_)


def test_a_notebook_shows_a_fragment(failed: trailseal.Report) -> None:
    html = failed._repr_html_()
    assert html.startswith('<div class="trailseal">') and failed.digest in html and "<svg" in html
    assert "log.missing" in html and "<script" not in html
