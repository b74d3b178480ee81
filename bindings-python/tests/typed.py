"""Every way to call trailseal, for type checkers only: what is allowed is accepted, and the types of results are known."""

from __future__ import annotations

import datetime
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal, assert_never, assert_type

import trailseal


def archives(pairs: Iterator[tuple[str, bytes]], path: Path) -> None:
    trailseal.verify("handover.zip")
    trailseal.verify(path)
    trailseal.verify([path, "other.zip"])
    trailseal.verify(pairs)
    trailseal.verify([("a.json", memoryview(b""))])
    trailseal.verify(b"")
    trailseal.verify(io.BytesIO())
    trailseal.verify(path.open("rb"))
    trailseal.verify(3)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


def questions(path: Path, day: datetime.date, moment: datetime.datetime, loaded: dict[str, Any]) -> None:
    trailseal.verify(path, keys=path, covering=day)
    trailseal.verify(path, keys=[path, loaded], covering=(day, moment), accounts="111122223333", regions=["us-east-1"])
    trailseal.verify(path, keys=loaded, pins=["00" * 32], covering="2026-03-01/2026-04-01", trails={"org-trail"})
    trailseal.verify(path, scope=loaded, relocated=["s3://a=s3://b"], limits={"entries": 10}, threads=2, progress=True)
    trailseal.verify(path, scope="scope.toml", progress=lambda progress: print(progress.bytes, progress.expected_bytes))
    trailseal.verify(path, accounts=111122223333)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    trailseal.verify(path, limits={"nothing": 1})  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


def results(report: trailseal.Report) -> str:
    assert_type(report.overall, Literal["passed", "indeterminate", "failed"])
    match report.overall:
        case "passed" | "indeterminate" | "failed":
            pass
        case other:
            assert_never(other)
    assert_type(report.axes["coverage"], Literal["passed", "indeterminate", "failed", "not_assessed"])
    report.axes["beauty"]  # type: ignore[index]  # pyright: ignore[reportArgumentType]
    assert_type(report.to_json(), bytes)
    assert_type(report.to_dict(), dict[str, Any])
    assert_type(report.findings, trailseal.Table)
    assert_type(report.findings[0]["code"], str | int | bool | datetime.datetime | None)
    assert_type([row for row in report.objects], list[dict[str, str | int | bool | datetime.datetime | None]])
    report.save(Path("report.html"))
    assert_type(trailseal.explain("log.missing").effect, Literal["refutes", "limits", "informs"])
    return report.digest + report.sentence


def pieces(case: trailseal.Case, other: trailseal.Case) -> trailseal.Report:
    assert_type(trailseal.examine("a.json", b""), trailseal.Exhibit)
    case.admit(trailseal.examine("a.json", bytearray()))
    case.merge(other)
    assert_type(case.conclude(covering="2026-03-01"), trailseal.Report)
    assert_type(trailseal.inspect("handover.zip"), dict[str, Any])
    try:
        return case.conclude()
    except trailseal.TrailsealError as error:
        assert_type(error.path, str | None)
        raise
