"""
Proves, offline, that a handed-over AWS CloudTrail archive is what AWS delivered.
"""

from _typeshed import SupportsGetItem
from trailseal._types import Archive, Axis, AxisOutcome, Bytes, Covering, Effect, Keys, Limits, Names, Outcome, Path, Pins, ProgressArgument, Row, Scope, TableName
from typing import Any, Final, SupportsIndex, final

__all__ = ["__version__", "Case", "Exhibit", "Explanation", "Progress", "Report", "Table", "TableRows", "_unpack_case", "_unpack_exhibit", "_unpack_report", "command_line", "examine", "explain", "inspect", "schema", "verify"]

__version__: Final[str]

@final
class Case:
    """
    All exhibits that are judged together, in any order and from any number of processes.

    >>> import zipfile
    >>> case = trailseal.Case()
    >>> with zipfile.ZipFile("handover.zip") as archive:
    ...     for name in archive.namelist():
    ...         case.admit(trailseal.examine(name, archive.read(name)))
    >>> case.conclude(keys="public-keys", covering=("2026-03-01", "2026-03-03")).overall
    'passed'
    """
    def __new__(cls, /) -> Case:
        """
        A case without exhibits.
        """
    def __reduce__(self, /) -> tuple[Any, tuple[Any, ...]]: ...
    def __repr__(self, /) -> str: ...
    def admit(self, /, exhibit: Exhibit) -> None:
        """
        Adds an exhibit. Threads may do so at the same time.

        >>> case = trailseal.Case()
        >>> case.admit(trailseal.examine("README.txt", b"not evidence"))
        >>> case
        <trailseal.Case of 1 entry>
        """
    def conclude(self, /, *, keys: Keys | None = None, pins: Pins | None = None, covering: Covering | None = None, accounts: Names | None = None, regions: Names | None = None, trails: Names | None = None, scope: Scope | None = None, relocated: Names | None = None, threads: int | None = None) -> Report:
        """
        Judges what was admitted so far; the arguments are those of `verify`. The case stays as it is: more can be admitted, and it
        can be concluded again.

        >>> trailseal.Case().conclude(covering="2026-03-01").overall  # nothing is never passed
        'indeterminate'
        """
    def merge(self, /, other: Case) -> None:
        """
        Adds all exhibits of another case, which stays as it is.

        >>> whole, part = trailseal.Case(), trailseal.Case()
        >>> part.admit(trailseal.examine("README.txt", b"not evidence"))
        >>> whole.merge(part)
        """

@final
class Exhibit:
    """
    What one file proves alone: a few hundred bytes of facts, without the file's content.

    It is made by `examine`, can be pickled for another process or machine with the same version of trailseal, and is admitted to a
    `Case`. An exhibit is believed: take it only from a process that you would let examine the evidence for you.

    >>> import pickle
    >>> exhibit = trailseal.examine("AWSLogs/README.txt", b"not evidence")
    >>> pickle.loads(pickle.dumps(exhibit)) == exhibit
    True
    """
    def __eq__(self, value: object, /) -> bool: ...
    def __ne__(self, value: object, /) -> bool: ...
    def __reduce__(self, /) -> tuple[Any, tuple[Any, ...]]: ...
    def __repr__(self, /) -> str: ...
    @property
    def path(self, /) -> str:
        """
        The path that it was examined under, in printable form.
        """

@final
class Explanation:
    """
    What a code means, why it matters and what to do.

    >>> print(trailseal.explain("log.missing").means)
    A signed digest file lists a log file, and nothing in the archive has its name or its content.
    """
    def __eq__(self, value: object, /) -> bool: ...
    def __ne__(self, value: object, /) -> bool: ...
    def __repr__(self, /) -> str: ...
    def __str__(self, /) -> str: ...
    @property
    def axis(self, /) -> Axis:
        """
        Its axis.
        """
    @property
    def code(self, /) -> str:
        """
        The code.
        """
    @property
    def effect(self, /) -> Effect:
        """
        What it does to its axis, unless the circumstances that `means` names change it.
        """
    @property
    def matters_because(self, /) -> str:
        """
        Why that matters.
        """
    @property
    def means(self, /) -> str:
        """
        What was seen.
        """
    @property
    def remedy(self, /) -> str:
        """
        What the reader can do.
        """

@final
class Progress:
    """
    How far a verification has come.

    What `progress` is called with. What is expected is None where nobody can know it, as with an iterable.

    >>> seen = []
    >>> report = trailseal.verify("handover.zip", progress=seen.append)
    >>> (seen[-1].files, seen[-1].expected_files)
    (924, 924)
    """
    def __repr__(self, /) -> str: ...
    @property
    def bytes(self, /) -> int:
        """
        Bytes that were read, as they are stored.
        """
    @property
    def expected_bytes(self, /) -> int | None:
        """
        Bytes that will have been read.
        """
    @property
    def expected_files(self, /) -> int | None:
        """
        Files that will have been read.
        """
    @property
    def files(self, /) -> int:
        """
        Files that were read.
        """

@final
class Report:
    """
    The result of a verification.

    It has three outcomes and is therefore no boolean: compare `overall`, or call `raise_for_outcome()`.

    >>> report = trailseal.verify("handover.zip", keys="public-keys", covering=("2026-03-01", "2026-03-03"))
    >>> report
    <trailseal.Report passed: integrity passed, authenticity passed, continuity passed, coverage passed>
    >>> report.overall
    'passed'
    >>> report.axes["continuity"]
    'passed'
    >>> len(report.chains), len(report.keys), len(report.objects)
    (12, 5, 908)
    """
    def __bool__(self, /) -> bool: ...
    def __eq__(self, other: object, /) -> bool: ...
    def __reduce__(self, /) -> tuple[Any, tuple[Any, ...]]: ...
    def __repr__(self, /) -> str: ...
    def __str__(self, /) -> str: ...
    def _repr_html_(self, /) -> str:
        """
        What a notebook shows: verdict, axes, coverage and the findings.
        """
    @property
    def asked(self, /) -> Table:
        """
        One row per account, region and trail that was asked, also where nothing of it is there: how much is proved, and what to ask for.
        """
    @property
    def axes(self, /) -> dict[Axis, AxisOutcome]:
        """
        The outcome of each axis, by its name: integrity, authenticity, continuity, coverage.

        >>> trailseal.verify("handover.zip", keys="public-keys").axes["coverage"]  # no period was asked
        'not_assessed'
        """
    @property
    def chains(self, /) -> Table:
        """
        One row per chain of digest files: account, region, trail.
        """
    @property
    def coverage(self, /) -> Table:
        """
        One row per chain and day in UTC, with seconds proved and silent, and its hours.
        """
    @property
    def digest(self, /) -> str:
        """
        SHA-256 in hexadecimal of the canonical JSON: equal digests mean equal reports.

        >>> import hashlib
        >>> report = trailseal.verify("handover.zip")
        >>> report.digest == hashlib.sha256(report.to_json()).hexdigest()
        True
        """
    @property
    def evidence_root(self, /) -> str:
        """
        SHA-256 in hexadecimal over the list of all digest and log files present: equal roots mean equal evidence.
        """
    @property
    def findings(self, /) -> Table:
        """
        One row per finding: what was seen, where, what it does to which axis, and what to do. Those that refute come first.
        """
    @property
    def keys(self, /) -> Table:
        """
        One row per key that was given or enclosed.
        """
    @property
    def lake(self, /) -> Table:
        """
        One row per file that a sign file of CloudTrail Lake lists: what became of it, and of a proved one its query and rows.
        """
    @property
    def objects(self, /) -> Table:
        """
        One row per digest file and log file, those that are missing too, with what became of it.

        It is no part of the canonical report. It takes up to a kilobyte of memory for each, as long as the report or one of
        its tables lives.
        """
    @property
    def overall(self, /) -> Outcome:
        """
        The verdict: passed, indeterminate or failed; the worst of the axes.

        >>> trailseal.verify("handover.zip").overall  # without keys, nothing tells who signed
        'indeterminate'
        """
    def raise_for_outcome(self, /) -> None:
        """
        Raises `NotPassedError`, which holds this report, unless the verdict is `passed`.

        >>> trailseal.verify("handover.zip", keys="public-keys").raise_for_outcome()
        """
    def save(self, /, path: Path) -> None:
        """
        Writes the report to a file, whole or not at all: canonical JSON with a line feed at its end if the name ends in `.json`,
        HTML if it ends in `.html`; these are the files that the command line writes.

        Raises `ValueError` for any other name, and `TrailsealError` if the file cannot be written.

        >>> import pathlib, tempfile
        >>> report = trailseal.verify("handover.zip")
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     file = pathlib.Path(folder, "report.json")
        ...     report.save(file)
        ...     file.read_bytes() == report.to_json() + b"\\n"
        True
        """
    @property
    def sentence(self, /) -> str:
        """
        The verdict in one sentence, to be quoted with `evidence_root` and `digest`.
        """
    def to_dict(self, /) -> dict[str, Any]:
        """
        The same as a dict, by `json.loads`. Its form is `trailseal.schema()`.

        >>> trailseal.verify("handover.zip").to_dict()["counts"]["logs"]["missing"]
        0
        """
    def to_html(self, /) -> str:
        """
        The report as one HTML file to keep, print and quote; it loads nothing and runs nothing.

        >>> trailseal.verify("handover.zip").to_html()[:15]
        '<!doctype html>'
        """
    def to_json(self, /) -> bytes:
        """
        The canonical JSON (RFC 8785) as bytes in UTF-8, the same on every machine and from every face of trailseal.

        >>> trailseal.verify("handover.zip").to_json()[:27]
        b'{"asked":{"questions":[{}]}'
        """
    def words(self, /, language: str = "en") -> dict[str, Any]:
        """
        The report in words, as a dict: the sentence, an answer for each axis, what each finding says (in their order), commands that fetch
        what is missing. It is made from the report and belongs to no digest. `language` is a tag by RFC 5646; there is English.

        >>> trailseal.verify("handover.zip").words()["axes"][1]["answer"]
        'Open: 588 digest files name keys that are not among the accepted ones.'
        """

@final
class Table:
    """
    A table of a report.

    It is a sequence of rows, each a dict from column to value: text, int, bool, a datetime in UTC, or None. Any library that
    knows the Arrow PyCapsule interface reads it as a whole, with the same columns: `pandas.DataFrame.from_arrow(table)`,
    `polars.DataFrame(table)`, `pyarrow.table(table)`, or duckdb by the name of the variable. None of them is needed.
    What the columns mean is in <https://github.com/trailseal/trailseal/blob/main/docs/tables.md>.

    >>> report = trailseal.verify("tampered.zip", keys="public-keys", covering=("2026-03-01", "2026-03-03"))
    >>> table = report.findings
    >>> table
    <trailseal.Table findings: 14 rows × 20 columns>
    >>> table.columns[:3]
    ['code', 'effect', 'axis']
    >>> [row["code"] for row in table if row["effect"] == "refutes"][:2]
    ['log.missing', 'log.hash_mismatch']
    """
    def __arrow_c_schema__(self, /) -> object:
        """
        The columns and their types, as an Arrow schema in a PyCapsule.
        """
    def __arrow_c_stream__(self, /, requested_schema: object | None = None) -> object:
        """
        The table as an Arrow stream in a PyCapsule, in batches; a requested schema is not looked at.
        """
    def __getitem__(self, index: SupportsIndex, /) -> Row: ...
    def __iter__(self, /) -> TableRows: ...
    def __len__(self, /) -> int: ...
    def __repr__(self, /) -> str: ...
    @property
    def columns(self, /) -> list[str]:
        """
        The names of its columns, in order.
        """
    @property
    def name(self, /) -> TableName:
        """
        Its name: findings, asked, objects, coverage, chains, keys or lake.
        """

@final
class TableRows:
    """
    The rows of a table, one after the other.
    """
    def __iter__(self, /) -> TableRows: ...
    def __next__(self, /) -> Row: ...

def _unpack_case(exhibits: bytes) -> Case:
    """
    Makes a case of what pickling made of it.
    """

def _unpack_exhibit(path: bytes, facts: bytes) -> Exhibit:
    """
    Makes an exhibit of what pickling made of it.
    """

def _unpack_report(json: bytes, objects: bytes) -> Report:
    """
    Makes a report of what pickling made of it.
    """

def command_line(arguments: SupportsGetItem[int, str]) -> int:
    """
    Runs the command line with these arguments, the program's name first, and returns its exit code.

    >>> from trailseal._trailseal import command_line
    >>> command_line(["trailseal", "schema", "nothing"])
    2
    """

def examine(path: str, data: Bytes, *, limits: Limits | None = None) -> Exhibit:
    """
    Examines one file: `path` as it lay in the archive, `data` its bytes as they were stored there, packed or not.

    It never fails: damage is a fact too. An archive by its name (`.zip`, `.tar`, `.tar.gz`, `.tgz`, `.tar.zst`) is read like one
    that lies in the archive. The interpreter is free meanwhile, so that threads help. `limits` are bounds on what is read, with the
    names and meanings of the command line's (`log_bytes`, `digest_bytes`, …).

    >>> trailseal.examine("AWSLogs/README.txt", b"not evidence")
    <trailseal.Exhibit AWSLogs/README.txt>
    """

def explain(code: str) -> Explanation:
    """
    Explains the code of a finding. `ValueError` for what is none.

    >>> trailseal.explain("chain.digest_missing").effect
    'refutes'
    """

def inspect(archive: Archive, *, keys: Keys | None = None, limits: Limits | None = None, threads: int | None = None, progress: ProgressArgument | None = None) -> dict[str, Any]:
    """
    Says what is in an archive and what it lacks, with the commands that fetch it; verifies nothing.

    `archive`, `keys`, `limits`, `threads` and `progress` are those of `verify`. Returns a dict: `chains`, `logs`, `enclosed_keys`,
    `metadata`, `unreadable`, `unread_digests`, `ignored`, `missing_signatures`, `missing_keys`, `key_commands`, `entries`.

    >>> holds = trailseal.inspect("handover.zip")
    >>> len(holds["chains"]), holds["missing_keys"][0]["region"]
    (12, 'eu-central-1')
    """

def schema() -> dict[str, Any]:
    """
    The JSON Schema of the canonical report, as a dict.

    >>> trailseal.schema()["title"]
    'trailseal-report/2'
    """

def verify(archive: Archive, *, keys: Keys | None = None, pins: Pins | None = None, covering: Covering | None = None, accounts: Names | None = None, regions: Names | None = None, trails: Names | None = None, scope: Scope | None = None, relocated: Names | None = None, limits: Limits | None = None, threads: int | None = None, progress: ProgressArgument | None = None) -> Report:
    """
    Verifies a handed-over CloudTrail archive.

    `archive` is the path of a folder or of an archive (zip, tar, tar.gz, tar.zst), several paths that are one case, an open binary
    file object (a zip archive needs one that can seek), the bytes of an archive, or an iterable of pairs `(path, bytes)`, from
    wherever they come; of these only a few at a time are in memory.

    - `keys`: your own key lists, the output of `aws cloudtrail list-public-keys`: paths of files named `REGION.json` or of folders of
      them, JSON text, or a dict; one or several. A key file that lies in the archive proves nothing.
    - `pins`: SHA-256 of the only keys that may vouch, in hexadecimal, or paths of files with one a line.
    - `covering`: the period that must be covered: a pair `(start, end)` of str, `date` or `datetime`, a str `START/END`, or one day.
      Dates are those of UTC, a `datetime` needs a time zone, and the end is not inside. Without it coverage is not assessed.
    - `accounts`, `regions`, `trails`: what must be covered, one name or several. What is not named is not missed.
    - `scope`: a scope file: its path (TOML or JSON), its JSON text, or a dict. Nothing may be stated twice.
    - `relocated`: renamings that you know of, `s3://OLD[/PREFIX]=s3://NEW[/PREFIX]`.
    - `limits`: bounds on what is read, with the names of the command line's (`log_bytes`, `digest_bytes`, …).
    - `threads`: how many; all cores unless said.
    - `progress`: True for a bar (needs tqdm), or a callable that gets a `Progress` about ten times a second, in this thread.

    Returns a `Report`, whatever the verdict is. Raises `TypeError` and `ValueError` for arguments that cannot be used, and
    `TrailsealError` if an archive, a key list or another file cannot be read. What an iterable or a file object raises is passed on.
    Ctrl-C ends it within half a second.

    >>> import trailseal
    >>> report = trailseal.verify("handover.zip", keys="public-keys", covering=("2026-03-01", "2026-03-03"))
    >>> report.overall
    'passed'
    >>> report = trailseal.verify("tampered.zip", keys="public-keys", covering=("2026-03-01", "2026-03-03"))
    >>> report.findings[0]["code"], report.findings[0]["effect"]
    ('log.missing', 'refutes')
    """
