"""Every face says the same, byte for byte."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest
import trailseal
from conftest import ASKED, EXAMPLE, VECTORS, Vector, command, native, vectors


def by_command(vector: Vector, folder: Path) -> bytes:
    """The canonical report that the native command writes."""
    scope, pins = folder / "scope.json", folder / "pins"
    scope.write_text(json.dumps(vector["scope"]))
    arguments: list[str | Path] = ["verify", *(VECTORS / archive for archive in vector["archives"]), "--scope", scope]
    for keys in vector["keys"]:
        arguments += ["--keys", VECTORS / keys]
    if vector["pins"] is not None:
        pins.write_text("\n".join(vector["pins"]))
        arguments += ["--pins", pins]
    for name, bound in vector["limits"].items():
        arguments += ["--limit", f"{name.replace('_', '-')}={bound}"]
    done = native(*arguments, "--format", "json")
    assert done.returncode != 2, done.stderr.decode()
    return done.stdout.removesuffix(b"\n")


def by_python(vector: Vector, archive: Any, **options: Any) -> bytes:
    keys = [VECTORS / keys for keys in vector["keys"]]
    options = {"keys": keys, "pins": vector["pins"], "scope": vector["scope"], "limits": vector["limits"], **options}
    return trailseal.verify(archive, **options).to_json()


@pytest.mark.parametrize("vector", vectors(), ids=lambda vector: vector["id"])
def test_every_vector_gives_the_bytes_of_the_command(vector: Vector, tmp_path: Path) -> None:
    expected = by_command(vector, tmp_path)
    archives = [VECTORS / archive for archive in vector["archives"]]
    assert by_python(vector, archives) == expected
    assert by_python(vector, iter(archives), scope=json.dumps(vector["scope"]), threads=1) == expected
    if len(archives) == 1:
        content = archives[0].read_bytes()
        for archive in (content, io.BytesIO(content)):
            assert by_python(vector, archive) == expected


@pytest.mark.parametrize("content", [b"", b"no archive", b"no archive " * 100])
def test_what_is_no_archive_is_judged_as_by_the_command(content: bytes, tmp_path: Path) -> None:
    junk = tmp_path / "junk.zip"
    junk.write_bytes(content)
    expected = native("verify", junk, "--format", "json").stdout.removesuffix(b"\n")
    assert b"archive.entry.unreadable" in expected
    for archive in (junk, junk.open("rb"), content):
        assert trailseal.verify(archive).to_json() == expected


def pairs(archive: Path) -> list[tuple[str, bytes]]:
    with zipfile.ZipFile(archive) as opened:
        return [(name, opened.read(name)) for name in opened.namelist() if not name.endswith("/")]


@pytest.mark.parametrize("archive", ["handover.zip", "tampered.zip"])
def test_pairs_and_pieces_are_the_same_case(archive: str, tmp_path: Path) -> None:
    files = pairs(EXAMPLE / archive)
    with zipfile.ZipFile(EXAMPLE / archive) as opened:
        opened.extractall(tmp_path)
    expected = trailseal.verify(tmp_path, **ASKED)
    assert trailseal.verify(iter(files), **ASKED) == expected
    whole, part = trailseal.Case(), trailseal.Case()
    for index, (path, data) in enumerate(reversed(files)):
        (whole if index % 3 else part).admit(trailseal.examine(path, data))
    whole.merge(part)
    assert whole.conclude(**ASKED).to_json() == expected.to_json()
    assert len(whole.conclude(**ASKED).objects) == len(expected.objects), "a case can be concluded again"


def test_archives_among_pairs_are_read_like_those_in_a_folder(handover: bytes, tmp_path: Path) -> None:
    (tmp_path / "part").mkdir()
    (tmp_path / "part" / "handover.zip").write_bytes(handover)
    expected = trailseal.verify(tmp_path, **ASKED)
    assert expected.overall == "passed"
    assert trailseal.verify([("part/handover.zip", handover)], **ASKED) == expected
    case = trailseal.Case()
    case.admit(trailseal.examine("part/handover.zip", handover))
    assert case.conclude(**ASKED) == expected


@pytest.mark.parametrize("entries", [2, 3])
def test_an_unsafe_name_and_a_file_too_many_are_told_as_by_the_command(entries: int, tmp_path: Path) -> None:
    files = {"C:/a.json": b"{}", "b.txt": b"{}", "c.txt": b"{}"}
    for path, data in files.items():
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_bytes(data)
    expected = native("verify", tmp_path, "--limit", f"entries={entries}", "--format", "json").stdout.removesuffix(b"\n")
    assert b"archive.entry.unsafe" in expected and (b"archive.limit" in expected) == (entries < 3)
    assert trailseal.verify(files.items(), limits={"entries": entries}).to_json() == expected


def test_streams_without_seek_are_tar_archives(passed: trailseal.Report, tmp_path: Path) -> None:
    import tarfile

    class Pipe(io.RawIOBase):
        """As a socket or a decompressor would be."""

        def __init__(self, content: bytes) -> None:
            self.content = io.BytesIO(content)

        def readable(self) -> bool:
            return True

        def readinto(self, buffer: Any) -> int:
            return self.content.readinto(memoryview(buffer)[:70_000])

    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as archive:
        for path, data in pairs(EXAMPLE / "handover.zip"):
            member = tarfile.TarInfo(path)
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))
    for source in (Pipe(packed.getvalue()), io.BytesIO(packed.getvalue()), packed.getvalue()):
        assert trailseal.verify(source, **ASKED).to_json() == passed.to_json()
    with pytest.raises(trailseal.TrailsealError, match="needs a file object that can seek"):
        trailseal.verify(Pipe((EXAMPLE / "handover.zip").read_bytes()))


def test_files_are_those_of_the_command(failed: trailseal.Report, tmp_path: Path) -> None:
    for form in ("json", "html"):
        ours, theirs = tmp_path / f"ours.{form}", tmp_path / f"theirs.{form}"
        failed.save(ours)
        period = ("--from", "2026-03-01", "--to", "2026-03-03")
        command("verify", EXAMPLE / "tampered.zip", "--keys", EXAMPLE / "public-keys", *period, "--format", form, "--output", theirs)
        assert ours.read_bytes() == theirs.read_bytes()
    assert failed.to_html() == ours.read_text()
    assert failed.to_json() == (tmp_path / "ours.json").read_bytes().removesuffix(b"\n")


def test_the_command_line_is_the_same(tmp_path: Path) -> None:
    import subprocess
    import sys

    script = Path(sys.executable).with_name("trailseal")
    archive, keys = EXAMPLE / "tampered.zip", EXAMPLE / "public-keys"
    for arguments, code in [
        (["verify", archive, "--keys", keys, "--full"], 1),
        (["verify", EXAMPLE / "handover.zip", "--format", "csv", "--table", "objects"], 3),
        (["inspect", archive], 0),
        (["explain", "log.missing"], 0),
        (["schema", "scope"], 0),
        (["--version"], 0),
        (["--help"], 0),
        (["verify"], 2),
        (["verify", tmp_path / "nothing.zip"], 2),
    ]:
        expected = command(*arguments, code=code)
        for face in ([sys.executable, "-m", "trailseal"], [script]):
            done = subprocess.run([*face, *map(str, arguments)], capture_output=True, check=False)
            assert (done.returncode, done.stdout) == (code, expected), (face, arguments, done.stderr)


def test_the_other_words_are_the_core_s() -> None:
    assert trailseal.schema() == json.loads(command("schema"))
    assert command("--version").decode().split()[1] == trailseal.__version__
    holds = trailseal.inspect(EXAMPLE / "handover.zip", keys=EXAMPLE / "public-keys")
    assert (holds["entries"], len(holds["chains"]), holds["missing_keys"]) == (924, 12, [])
    assert trailseal.explain("log.missing").means in " ".join(command("explain", "log.missing").decode().split())
