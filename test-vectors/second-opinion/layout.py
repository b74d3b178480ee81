"""Where entries lie: chapter 7 of docs/specification.md, as far as it speaks of a whole case."""

from os.path import commonprefix

from archives import Entry
from documents import DigestFile
from names import Folders, agree, folders_of
from request import Request
from switches import reads


class Layout:
    def __init__(self, request: Request, entries: list[Entry]) -> None:
        self.renamings = request.renamings
        claiming = [entry for entry in entries if entry.row in ("4", "5")]
        if reads("wrapper-by-what-was-asked"):
            claiming = [entry for entry in claiming if entry.asked] or claiming
        cases = {0 if reads("wrapper-of-the-whole-case") else entry.archive for entry in claiming}
        alike = [[entry.folders for entry in claiming if len(cases) < 2 or entry.archive == case] for case in cases]
        self.wrappers = [commonprefix(folders) for folders in alike]  # 7.3
        self.in_two_buckets: set[bytes] = set()

    def read_buckets(self, files: list[DigestFile]) -> None:
        """7.5"""
        buckets: dict[bytes, set[bytes]] = {}
        for file in files:
            if any(entry.asked for entry in file.entries):
                buckets.setdefault(file.key, set()).add(file.bucket)
        self.in_two_buckets = {key for key, own in buckets.items() if len(own) > 1 and reads("two-buckets-are-told-apart")}

    def keys(self, bucket: bytes, key: bytes) -> list[tuple[bytes, bytes]]:
        """An object, and those to which renamings lead (7.6)."""
        found = [(bucket, key)]
        for old, prefix, new, other in self.renamings:
            begins = prefix + b"/" if prefix else b""
            if bucket == old and key.startswith(begins):
                found.append((new, b"/".join(filter(None, [other, key.removeprefix(begins)]))))
        return found

    def lies_at(self, folders: Folders, bucket: bytes, key: bytes) -> bool:
        """7.4"""
        within = [folders[len(wrapper) :] for wrapper in self.wrappers if folders[: len(wrapper)] == wrapper]
        objects = [folders_of(key) for _, key in self.keys(bucket, key)]
        return any(agree(own, others) for own in [folders, *within] for others in objects)

    def names_bucket(self, folders: Folders, bucket: bytes, key: bytes) -> bool:
        """7.5"""
        return any(own in folders[: max(0, len(folders) - len(folders_of(key)))] for own, key in self.keys(bucket, key))
