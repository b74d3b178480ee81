"""What cannot be used is refused by its name, and nothing ever panics."""

from __future__ import annotations

import datetime
import io
from pathlib import Path
from typing import Any

import pytest
import trailseal
from conftest import EXAMPLE
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

ARCHIVE = EXAMPLE / "handover.zip"
NAIVE = datetime.datetime(2026, 3, 1)


@pytest.mark.parametrize(
    ("argument", "value"),
    [
        ("archive", 3),
        ("archive", None),
        ("archive", {"a.json": b""}),
        ("archive", ["a.zip", 3]),
        ("archive", [3]),
        ("archive", [("a.json",)]),
        ("archive", [(3, b"")]),
        ("archive", [("a.json", "text")]),
        ("archive", [b"a.zip"]),
        ("archive", io.StringIO("text")),
        ("keys", 3),
        ("keys", [3]),
        ("keys", b"{}"),
        ("pins", 3),
        ("pins", [None]),
        ("covering", 3),
        ("covering", (3, 4)),
        ("covering", {"from": "2026-03-01"}),
        ("accounts", 111122223333),
        ("accounts", [111122223333]),
        ("regions", b"us-east-1"),
        ("trails", 3),
        ("scope", 3),
        ("scope", ["scope.toml"]),
        ("relocated", {"a": "b"}.items()),
        ("limits", [("entries", 1)]),
        ("threads", "2"),
        ("threads", True),
        ("threads", 2.0),
        ("progress", "yes"),
    ],
)
def test_a_wrong_type_is_named(argument: str, value: Any) -> None:
    with pytest.raises(TypeError, match=f"^{argument}: "):
        trailseal.verify(**{"archive": ARCHIVE, argument: value})


@pytest.mark.parametrize(
    ("argument", "value", "words"),
    [
        ("covering", (NAIVE, NAIVE), "naive datetime; give it a time zone"),
        ("covering", ("2026-03-01T00:00:00", "2026-03-02"), "offset"),
        ("covering", ("2026-03-02", "2026-03-01"), "'from' must be before 'to'"),
        ("covering", ("2026-03-01",), "two ends"),
        ("covering", NAIVE.replace(tzinfo=datetime.timezone.utc), "no period"),
        ("covering", "March", "no day"),
        ("covering", "2026-13-01", "no time that can be used"),
        ("accounts", "12", "twelve digits"),
        ("accounts", [], "empty"),
        ("regions", "US-EAST-1", "no region"),
        ("trails", ["a/b"], "no trail name"),
        ("relocated", "old=new", "s3://OLD"),
        ("scope", {"form": 1}, "unknown field"),
        ("scope", {"accounts": ["12"]}, "twelve digits"),
        ("scope", {"policy": {"log.missing": "informs"}}, "cannot be lowered"),
        ("scope", {"from": NAIVE, "to": "2026-03-02"}, "naive"),
        ("scope", {"accounts": {1, 2}}, "is no JSON"),
        ("scope", "{", "EOF"),
        ("keys", "{}", "PublicKeyList"),
        ("keys", {"PublicKeyList": 3}, "key file"),
        ("limits", {"entries": -1}, "invalid value"),
        ("limits", {"depth": 1}, "unknown field"),
        ("threads", 0, "1 to 1024"),
        ("threads", 10**30, "1 to 1024"),
        ("archive", "a\0b", "NUL"),
        ("archive", "\ud800", "surrogate"),
        ("archive: path of a pair", [("\ud800", b"")], "surrogate"),
        ("accounts", "\ud800", "surrogate"),
        ("keys", "\ud800", "surrogate"),
    ],
)
def test_a_value_that_means_nothing_is_named(argument: str, value: Any, words: str) -> None:
    with pytest.raises(ValueError, match=f"^{argument}: .*{words}"):
        trailseal.verify(**{"archive": ARCHIVE, argument.partition(":")[0]: value})


def test_nothing_is_stated_twice() -> None:
    with pytest.raises(ValueError, match="'from' is stated there and also beside it"):
        trailseal.verify(ARCHIVE, covering="2026-03-01", scope={"from": "2026-03-01", "to": "2026-03-02"})


def test_what_cannot_be_read_is_named(tmp_path: Path) -> None:
    junk, empty = tmp_path / "junk.bin", tmp_path / "empty"
    junk.write_bytes(b"no archive")
    empty.mkdir()
    nothing = tmp_path / "nothing"
    for arguments, path, cause in [
        ({"archive": nothing}, nothing, "cannot be read"),
        ({"archive": ARCHIVE, "keys": nothing}, nothing, "cannot be read"),
        ({"archive": ARCHIVE, "keys": junk}, junk, "key file cannot be used"),
        ({"archive": ARCHIVE, "keys": empty}, empty, "no key file"),
        ({"archive": ARCHIVE, "pins": junk}, junk, "line 1"),
        ({"archive": ARCHIVE, "scope": nothing}, nothing, "cannot be read"),
        ({"archive": ARCHIVE, "scope": junk}, junk, "scope file cannot be read"),
        ({"archive": "-"}, "./-", "cannot be read"),
    ]:
        with pytest.raises(trailseal.TrailsealError, match=cause) as raised:
            trailseal.verify(**arguments)  # type: ignore[arg-type]
        assert raised.value.path == (None if path is None else str(path))
        assert cause in raised.value.cause
    report = trailseal.verify([])
    for path, error in [("report.txt", ValueError), (3, TypeError), (nothing / "report.json", trailseal.TrailsealError)]:
        with pytest.raises(error, match="path|cannot be written"):
            report.save(path)  # type: ignore[arg-type]


def test_the_smaller_functions_refuse_too() -> None:
    for call, words in [
        (lambda: trailseal.examine(3, b""), "path: expected a str"),
        (lambda: trailseal.examine("a", "b"), "data: expected bytes"),
        (lambda: trailseal.explain(3), "code: expected a str"),
        (lambda: trailseal.Case().admit(3), "exhibit: expected a trailseal.Exhibit"),
        (lambda: trailseal.Case().merge(None), "other: expected a trailseal.Case"),
        (lambda: trailseal.inspect(3), "archive: expected"),
    ]:
        with pytest.raises(TypeError, match=words):
            call()  # type: ignore[no-untyped-call]
    with pytest.raises(ValueError, match="there is no code 'log.mising'"):
        trailseal.explain("log.mising")


def test_nothing_is_never_passed() -> None:
    assert trailseal.verify([]).overall == "indeterminate"
    assert trailseal.Case().conclude(keys=EXAMPLE / "public-keys").overall == "indeterminate"


texts = st.text() | st.text(st.characters(exclude_categories=()))
"""Half surrogate pairs too, as Python keeps names that are no text."""

anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | texts | st.binary() | st.dates() | st.datetimes()
    | st.datetimes(timezones=st.timezones()) | st.just(object()) | st.just(io.BytesIO(b"PK\x05\x06" + bytes(18))),
    lambda inner: st.lists(inner, max_size=3)
    | st.tuples(inner, inner)
    | st.dictionaries(st.text(max_size=9) | st.integers(), inner, max_size=3)
    | st.sets(st.text(), max_size=2),
    max_leaves=6,
)
names = st.sampled_from(
    "archive keys pins covering accounts regions trails scope relocated limits threads progress".split()
)
allowed = (TypeError, ValueError, trailseal.TrailsealError, OverflowError)
fuzzed = settings(max_examples=400, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))


@fuzzed
@given(st.dictionaries(names, anything, max_size=4))
def test_any_arguments_end_in_a_report_or_an_exception(arguments: dict[str, Any]) -> None:
    if isinstance(arguments.get("threads"), int):
        arguments["threads"] = min(arguments["threads"], 4)
    try:
        report = trailseal.verify(**{"archive": [], **arguments})
    except allowed as error:
        assert "defect" not in str(error)
    else:
        assert report.overall != "passed"
        report.to_html()
        report._repr_html_()


@fuzzed
@given(st.lists(st.tuples(texts | st.sampled_from(["a.zip", "b.tar.gz", "../x", "public-keys.json", "x.head.json"]), st.binary())))
def test_any_pairs_end_in_a_report(pairs: list[tuple[str, bytes]]) -> None:
    try:
        report = trailseal.verify(pairs, threads=2)
    except ValueError as error:
        assert "surrogate" in str(error)
        return
    assert report.overall != "passed"
    for name in ("findings", "asked", "objects", "coverage", "chains", "keys", "lake"):
        table = getattr(report, name)
        assert len(list(table)) == len(table)
    case = trailseal.Case()
    for path, data in pairs:
        case.admit(trailseal.examine(path, data))
    assert case.conclude() == report


@fuzzed
@given(st.binary(), st.sampled_from([b"", b"PK\x03\x04", b"PK\x05\x06", b"\x1f\x8b\x08\x00", b"\x28\xb5\x2f\xfd", bytes(512)]))
def test_any_bytes_end_in_a_report(data: bytes, start: bytes) -> None:
    for archive in (start + data, io.BytesIO(start + data)):
        assert trailseal.verify(archive, threads=2).overall != "passed"


@fuzzed
@given(st.integers() | texts | st.none(), st.binary())
def test_any_use_of_a_report_ends_in_an_answer_or_an_exception(index: Any, data: bytes) -> None:
    from trailseal._trailseal import _unpack_case, _unpack_exhibit, _unpack_report

    report = trailseal.verify([("AWSLogs/x_CloudTrail_y.json", data)])
    for call in (
        lambda: report.findings[index],
        lambda: report.save(index),
        lambda: trailseal.explain(index),
        lambda: trailseal.examine(index, data),
        lambda: _unpack_case(data),
        lambda: _unpack_exhibit(b"x", b"trailseal 0.1.0\n" + data),
        lambda: _unpack_report(data, data),
    ):
        try:
            call()
        except (*allowed, IndexError) as error:
            assert "defect" not in str(error)
