"""Threads, signals, progress, memory, processes."""

from __future__ import annotations

import concurrent.futures
import datetime
import gzip
import multiprocessing
import os
import signal
import subprocess
import sys
import textwrap
import threading
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import trailseal
from conftest import ASKED, EXAMPLE

LOG = "AWSLogs/111122223333/CloudTrail/us-east-1/2026/03/01/111122223333_CloudTrail_us-east-1_20260301T0005Z_{:016d}.json.gz"


@pytest.fixture(scope="session")
def large_log() -> bytes:
    """A log file that takes seconds: 1 GiB of zeros, in gzip."""
    return gzip.compress(bytes(1 << 30), 1)


def test_the_interpreter_is_free_meanwhile(large_log: bytes) -> None:
    ticks = 0
    done = threading.Event()

    def work() -> None:
        trailseal.examine(LOG.format(1), large_log)
        trailseal.verify([(LOG.format(1), large_log)])
        done.set()

    thread = threading.Thread(target=work)
    thread.start()
    while not done.wait(0.01):
        ticks += 1
    thread.join()
    assert ticks > 20, "this thread ran while the other worked"


INTERRUPTED = """
    import signal, sys, threading, time, os
    import trailseal
    {setup}
    def interrupt():
        time.sleep({after})
        print("sent", time.monotonic(), flush=True)
        os.kill(os.getpid(), signal.SIGINT)
    threading.Thread(target=interrupt, daemon=True).start()
    try:
        {call}
    except KeyboardInterrupt:
        print("came", time.monotonic(), flush=True)
    else:
        print("it ended by itself")
"""


def interrupted(setup: str, call: str, after: float) -> None:
    """Ctrl-C raises within half a second, and the program ends at once."""
    program = textwrap.dedent(INTERRUPTED).format(setup=textwrap.dedent(setup), call=call, after=after)
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=False)
    ended = time.monotonic()
    words = done.stdout.split()
    assert words[::2] == ["sent", "came"], done.stdout + done.stderr
    sent, came = float(words[1]), float(words[3])
    assert came - sent < 0.5
    assert ended - came < 3, "nothing hangs at the end"
    assert (done.returncode, done.stderr) == (0, "")


def test_ctrl_c_while_a_large_log_is_hashed(large_log: bytes, tmp_path: Path) -> None:
    file = tmp_path / LOG.format(1)
    file.parent.mkdir(parents=True)
    file.write_bytes(large_log)
    interrupted("", f"trailseal.verify({str(tmp_path)!r}, threads=1)", 0.5)
    archive = tmp_path / "archive.zip"
    with zipfile.ZipFile(archive, "w") as opened:
        for index in range(4):
            opened.writestr(LOG.format(index), large_log)
    interrupted("", f"trailseal.verify({str(archive)!r}, threads=1)", 0.5)
    interrupted(f"content = open({str(archive)!r}, 'rb').read()", "trailseal.verify(content)", 0.5)
    interrupted("", f"trailseal.verify(open({str(archive)!r}, 'rb'))", 0.5)


def test_ctrl_c_while_an_iterator_is_read() -> None:
    endless = f"""
    def pairs():
        index = 0
        while True:
            yield {LOG!r}.format(index), b"{{}}"
            index += 1"""
    interrupted(endless, "trailseal.verify(pairs())", 0.5)


def test_ctrl_c_while_the_case_is_concluded() -> None:
    # So many files that sorting and matching them takes a while.
    case = f"""
    case = trailseal.Case()
    for index in range(150_000):
        case.admit(trailseal.examine({LOG!r}.format(index), b"{{}}"))"""
    interrupted(case, "while True: case.conclude()", 0.3)


def test_ctrl_c_ends_the_command_line(large_log: bytes, tmp_path: Path) -> None:
    (tmp_path / "AWSLogs").mkdir()
    for index in range(4):
        (tmp_path / "AWSLogs" / Path(LOG.format(index)).name).write_bytes(large_log)
    with subprocess.Popen([sys.executable, "-m", "trailseal", "verify", tmp_path, "--threads", "1"]) as command:
        time.sleep(1.5)
        command.send_signal(signal.SIGINT)
        assert command.wait(3) == 130


def test_what_a_source_raises_is_passed_on() -> None:
    def pairs() -> Iterator[tuple[str, bytes]]:
        yield "README.txt", b""
        raise LookupError("the database is gone")

    with pytest.raises(LookupError, match="the database is gone"):
        trailseal.verify(pairs())

    class Broken:
        def seekable(self) -> bool:
            return False

        def read(self, size: int) -> bytes:
            raise OSError("the disk is gone")

    with pytest.raises(OSError, match="the disk is gone"):
        trailseal.verify(Broken())


def test_the_caller_s_objects_are_used_in_the_caller_s_thread() -> None:
    threads = set()

    def pairs() -> Iterator[tuple[str, bytes]]:
        for index in range(2_000):
            threads.add(threading.get_ident())
            yield LOG.format(index), b"{}"

    def listen(_: trailseal.Progress) -> None:
        threads.add(threading.get_ident())

    trailseal.verify(pairs(), threads=4, progress=listen)
    assert threads == {threading.get_ident()}


def test_progress_is_told_and_may_end_the_work(tmp_path: Path) -> None:
    seen: list[trailseal.Progress] = []
    trailseal.verify(EXAMPLE / "handover.zip", progress=seen.append)
    assert (seen[-1].files, seen[-1].expected_files) == (924, 924)
    assert seen[-1].bytes == seen[-1].expected_bytes > 0
    assert [step.files for step in seen] == sorted(step.files for step in seen)
    assert "924 of 924 files" in repr(seen[-1])
    with zipfile.ZipFile(EXAMPLE / "handover.zip") as archive:
        trailseal.verify(((name, archive.read(name)) for name in archive.namelist()), progress=seen.append)
        archive.extractall(tmp_path)
    assert (seen[-1].files, seen[-1].expected_files) == (924, None)
    trailseal.verify(tmp_path, progress=seen.append)
    assert (seen[-1].files, seen[-1].expected_files) == (924, 924)
    assert seen[-1].bytes == seen[-1].expected_bytes > 0

    def enough(_: trailseal.Progress) -> None:
        raise RuntimeError("enough")

    with pytest.raises(RuntimeError, match="enough"):
        trailseal.verify(EXAMPLE / "handover.zip", progress=enough)


def test_a_bar_is_shown_by_tqdm(capfd: pytest.CaptureFixture[str]) -> None:
    trailseal.verify(EXAMPLE / "handover.zip", progress=True)
    assert "924 files" in capfd.readouterr().err
    program = "import sys; sys.modules['tqdm'] = None; import trailseal; trailseal.verify(sys.argv[1], progress=True)"
    done = subprocess.run([sys.executable, "-c", program, EXAMPLE / "handover.zip"], capture_output=True, text=True, check=False)
    assert "ImportError: progress=True needs tqdm" in done.stderr


def test_threads_share_a_case_and_a_report(passed: trailseal.Report) -> None:
    with zipfile.ZipFile(EXAMPLE / "handover.zip") as archive:
        files = [(name, archive.read(name)) for name in archive.namelist()]
    case = trailseal.Case()
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        for _ in pool.map(lambda file: case.admit(trailseal.examine(*file)), files):
            pass
        reports = list(pool.map(lambda _: case.conclude(**ASKED), range(4)))
        digests = set(pool.map(lambda _: passed.digest, range(16)))
        rows = list(pool.map(lambda _: list(passed.objects), range(4)))
    assert {report.to_json() for report in reports} == {passed.to_json()}
    assert digests == {passed.digest} and all(table == rows[0] for table in rows)
    case.merge(case)
    assert case.conclude(**ASKED).evidence_root == passed.evidence_root


@pytest.mark.parametrize("method", ["fork", "spawn", "forkserver"])
def test_processes_map_and_one_reduces(method: str, passed: trailseal.Report) -> None:
    with zipfile.ZipFile(EXAMPLE / "handover.zip") as archive:
        files = [(name, archive.read(name)) for name in archive.namelist()]
    with multiprocessing.get_context(method).Pool(2) as pool:
        exhibits = pool.starmap(trailseal.examine, files, chunksize=100)
        cases = pool.map(case_of, [exhibits[:400], exhibits[400:]])
        report = pool.apply(trailseal.verify, (str(EXAMPLE / "handover.zip"),), ASKED)
    whole = trailseal.Case()
    for case in cases:
        whole.merge(case)
    assert whole.conclude(**ASKED) == passed == report


def case_of(exhibits: list[trailseal.Exhibit]) -> trailseal.Case:
    case = trailseal.Case()
    for exhibit in exhibits:
        case.admit(exhibit)
    return case


def test_memory_over_an_iterator_is_bounded() -> None:
    """A gigabyte passes through; what is held at once stays under 200 MB."""
    program = f"""
    import resource, trailseal
    def pairs():
        for index in range(500):
            yield {LOG!r}.format(index), bytes(bytearray(2 << 20))
    trailseal.verify([])
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    report = trailseal.verify(pairs())
    print(len(report.objects), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
    """
    done = subprocess.run([sys.executable, "-c", textwrap.dedent(program)], capture_output=True, text=True, check=True)
    objects, grown_kilobytes = map(int, done.stdout.split())
    assert objects == 500
    print(f"memory grew by {grown_kilobytes} kB")
    assert grown_kilobytes < 200_000


def test_import_needs_nothing_else() -> None:
    """Neither tqdm nor any data frame library is imported, nor anything slow of Python's own."""
    program = "import sys; before = set(sys.modules); import trailseal; print(*sorted(set(sys.modules) - before))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["__future__", "trailseal", "trailseal._errors", "trailseal._trailseal"]


UTC = datetime.timezone.utc
TOKYO = datetime.timezone(datetime.timedelta(hours=9))


@pytest.mark.parametrize(
    "covering",
    [
        ("2026-03-01", "2026-03-03"),
        ["2026-03-01T00:00:00Z", "2026-03-03T09:00:00+09:00"],
        "2026-03-01/2026-03-03",
        (datetime.date(2026, 3, 1), datetime.date(2026, 3, 3)),
        (datetime.datetime(2026, 3, 1, tzinfo=UTC), datetime.datetime(2026, 3, 3, 9, tzinfo=TOKYO)),
        (datetime.date(2026, 3, 1), "2026-03-03"),
    ],
)
def test_a_period_is_said_in_many_ways(covering: Any, passed: trailseal.Report) -> None:
    report = trailseal.verify(EXAMPLE / "handover.zip", keys=EXAMPLE / "public-keys", covering=covering)
    assert report.to_json() == passed.to_json()


@pytest.mark.parametrize("day", ["2026-03-01", datetime.date(2026, 3, 1)])
def test_a_day_is_a_period(day: Any) -> None:
    report = trailseal.verify([], covering=day)
    assert report.to_dict()["asked"]["questions"] == [{"period": {"from": "2026-03-01T00:00:00Z", "to": "2026-03-02T00:00:00Z"}}]


def test_keys_and_scope_take_paths_text_and_dicts(passed: trailseal.Report, tmp_path: Path) -> None:
    import json
    import tomllib

    folder = EXAMPLE / "public-keys"
    texts = [file.read_text() for file in sorted(folder.iterdir())]
    scope = {"from": "2026-03-01", "to": "2026-03-03"}
    toml = 'from = "2026-03-01"\nto = 2026-03-03\n'
    file = tmp_path / "scope.toml"
    file.write_text(toml.replace("2026-03-03", '"2026-03-03"'))
    for keys in (folder, str(folder), list(folder.iterdir())):
        for asked in (scope, json.dumps(scope), file, str(file), tomllib.loads(toml)):
            assert trailseal.verify(EXAMPLE / "handover.zip", keys=keys, scope=asked).to_json() == passed.to_json()
    for keys in (texts, [json.loads(text) for text in texts]):
        # Without a file name they state no region, and nothing else changes.
        assert trailseal.verify(EXAMPLE / "handover.zip", keys=keys, scope=scope).overall == "passed"
    pins = [key["sha256"] for key in passed.keys]
    for pinned in (pins, "\n".join(pins)):
        (tmp_path / "pins").write_text("\n".join(pins))
        pinned = pinned if isinstance(pinned, list) else tmp_path / "pins"
        report = trailseal.verify(EXAMPLE / "handover.zip", keys=folder, pins=pinned, scope=scope)
        assert {key["level"] for key in report.keys} == {"pinned"}
    nobody = trailseal.verify(EXAMPLE / "handover.zip", keys=folder, pins=[], scope=scope)
    assert nobody.overall == "indeterminate", "who pins no key trusts none"


def test_a_key_file_in_the_archive_proves_nothing(tmp_path: Path) -> None:
    with zipfile.ZipFile(EXAMPLE / "handover.zip") as archive:
        archive.extractall(tmp_path)
    inside = tmp_path / "public-keys"
    inside.mkdir()
    for file in (EXAMPLE / "public-keys").iterdir():
        (inside / file.name).write_bytes(file.read_bytes())
    assert trailseal.verify(tmp_path, keys=EXAMPLE / "public-keys").overall == "passed"
    assert trailseal.verify(tmp_path, keys=inside).overall == "indeterminate"


def test_names_need_not_be_text(tmp_path: Path) -> None:
    """Python keeps the bytes of such a name as half surrogate pairs; nothing is lost of them."""
    folder = os.path.join(os.fsencode(tmp_path), b"caf\xe9")
    os.makedirs(folder)
    name = os.path.basename(LOG.format(1)).encode()
    with open(os.path.join(folder, name), "wb") as file:
        file.write(b"{}")
    expected = trailseal.verify(tmp_path)
    assert expected.objects[0]["entry"] == "caf%E9/" + name.decode()
    assert trailseal.verify([(os.fsdecode(b"caf\xe9/" + name), b"{}")]) == expected
    assert trailseal.verify(os.fsdecode(folder)).objects[0]["entry"] == name.decode()


def test_a_memory_map_is_an_archive(passed: trailseal.Report) -> None:
    import mmap

    with open(EXAMPLE / "handover.zip", "rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as mapped:
        assert trailseal.verify(mapped, **ASKED) == passed


def test_a_signal_handler_of_the_caller_is_left_alone() -> None:
    before = signal.getsignal(signal.SIGINT)
    trailseal.verify(EXAMPLE / "handover.zip")
    assert signal.getsignal(signal.SIGINT) is before
