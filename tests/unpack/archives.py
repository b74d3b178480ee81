"""Honest archives of one tree, by the programs that people have, and with the oddities that these write. All of them pass."""
import contextlib, io, os, pathlib, shutil, struct, subprocess, tarfile, tempfile, zipfile

LONG = "a-folder-with-a-long-name-" * 8


def tree(evidence):
    """The evidence, and what lies beside it in real handovers."""
    some = sorted(evidence)[:8]
    found = {path: evidence[path] for path in some}
    found |= {path: data for path, data in evidence.items() if path.endswith("public-keys.json")}
    found["README.txt"] = b"The evidence follows.\n"
    found["notes/empty.txt"] = b""
    found["other.json"] = b"{}"
    found[f"{LONG}/{LONG}/deep.json"] = b'{"deep": true}'
    return found


@contextlib.contextmanager
def laid_out(found):
    folder = pathlib.Path(tempfile.mkdtemp())
    try:
        for path, data in found.items():
            file = folder / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(data)
        yield folder
    finally:
        shutil.rmtree(folder)


def made(command, folder, shell=False):
    """What a program writes to stdout, or into OUT."""
    with tempfile.TemporaryDirectory() as out:
        path = os.path.join(out, "archive")
        command = command.replace("OUT", path) if shell else [word.replace("OUT", path) for word in command]
        done = subprocess.run(command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, shell=shell)
        if done.returncode:
            raise SystemExit(f"{command}: {done.stderr.decode()}")
        for name in [path, path + ".zip"]:
            if os.path.exists(name):
                return pathlib.Path(name).read_bytes()
        return done.stdout


def packed_tar(found, form, **more):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=form, **more) as archive:
        for path, data in found.items():
            info = tarfile.TarInfo(path)
            info.size, info.mtime = len(data), 1772409600.25 if form == tarfile.PAX_FORMAT else 1772409600
            archive.addfile(info, io.BytesIO(data))
    return out.getvalue()


class Pipe(io.RawIOBase):
    """Cannot be sought, so that zipfile writes descriptors."""

    def __init__(self):
        self.data = bytearray()

    def writable(self):
        return True

    def write(self, data):
        self.data += data
        return len(data)


def packed_zip(found, method=zipfile.ZIP_DEFLATED, out=None, large=False):
    out = out or io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for path, data in found.items():
            info = zipfile.ZipInfo(path, (2026, 3, 2, 0, 0, 0))
            info.compress_type, info.external_attr = method, 0o100644 << 16
            with archive.open(info, "w", force_zip64=large) as file:
                file.write(data)
    return bytes(out.data) if isinstance(out, Pipe) else out.getvalue()


def zip64_end(data, disks):
    """The same archive with end records for large ones, which need not count disks."""
    end = data.rindex(b"PK\x05\x06")
    count, size, offset = struct.unpack("<HLL", data[end + 10:end + 20])
    record = struct.pack("<4sQHHLLQQQQ", b"PK\x06\x06", 44, 45, 45, 0, 0, count, count, size, offset)
    locator = struct.pack("<4sLQL", b"PK\x06\x07", 0, end, disks)
    return data[:end] + record + locator + struct.pack("<4sHHHHLLH", b"PK\x05\x06", 0, 0, 65535, 65535, 2**32 - 1, 2**32 - 1, 0)


def many(count):
    """More entries than an end record counts, without zip64: Dropbox writes that, and a root."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("/", b"")
        for number in range(count):
            archive.writestr(f"{number}.txt", b"")
        archive.writestr("other.json", b"{}")
    data = out.getvalue()
    record, end = data.rindex(b"PK\x06\x06"), data.rindex(b"PK\x05\x06")
    total, size, offset = struct.unpack("<QQQ", data[record + 32:record + 56])
    return data[:record] + struct.pack("<4sHHHHLLH", b"PK\x05\x06", 0, 0, total & 65535, total & 65535, size, offset, 0)


def skippable(data):
    return struct.pack("<LL", 0x184D2A53, 5) + b"hello" + data


def honest(found):
    """Kind, what it is, and the archive."""
    linked = {path: data for path, data in found.items()}
    with laid_out(linked) as folder:
        log = next(path for path in linked if "_CloudTrail_" in path)
        os.link(folder / log, folder / pathlib.Path(log).name)
        os.symlink("README.txt", folder / "READ-THIS.txt")
        os.symlink("AWSLogs", folder / "latest")
        short = ["README.txt", "notes", "other.json"]
        tar = ["tar", "--sort=name", "-cf", "-"]
        for form in ["gnu", "oldgnu", "ustar", "pax"]:
            # Names of over 100 bytes fit none of the older forms.
            paths = ["."] if form != "ustar" else [*short, log.rsplit("/", 1)[1]]
            yield "tar", f"GNU tar, {form}", made([*tar, f"--format={form}", *paths], folder)
        yield "tar", "GNU tar, v7", made([*tar, "--format=v7", *short], folder)
        yield "tar", "GNU tar, pax, more attributes", made(
            [*tar, "--format=pax", "--xattrs", "--acls", "--pax-option=comment=handover", "."], folder)
        yield "tar", "GNU tar, label", made([*tar, "--label=handover of March", "."], folder)
        yield "tar", "GNU tar, sparse", made([*tar, "--sparse", "."], folder)
        yield "tar", "GNU tar, numbers", made([*tar, "--format=gnu", "--owner=:4000000000", "--mtime=1960-01-01", "AWSLogs"], folder)
        yield "tar", "GNU tar, one record", made([*tar, "-b", "1", "AWSLogs"], folder)
        yield "tar", "GNU tar, large records", made([*tar, "-b", "2048", "AWSLogs"], folder)
        for form in ["gnutar", "ustar", "pax"]:
            yield "tar", f"bsdtar, {form}", made(["bsdtar", f"--format={form}", "-cf", "-", *(short if form == "ustar" else ["."])], folder)
        yield "tar", "bsdtar", made(["bsdtar", "-cf", "-", "."], folder)
        yield "tar.gz", "GNU tar", made([*tar, "-z", "."], folder)
        yield "tar.zst", "GNU tar", made([*tar, "--zstd", "."], folder)
        yield "tar.zst", "a skippable frame in front", skippable(made("tar -cf - . | zstd", folder, shell=True))
        yield "tar.zst", "two frames, and a skippable one", made(
            "tar -cf OUT . && (head -c 10000 OUT | zstd; tail -c +10001 OUT | zstd) > OUT.x && cat OUT.x; rm OUT", folder, shell=True) + skippable(b"")
        os.unlink(folder / "READ-THIS.txt"), os.unlink(folder / "latest"), os.unlink(folder / pathlib.Path(log).name)
        yield "zip", "Info-ZIP", made(["zip", "-q", "-r", "OUT", "."], folder)
        yield "zip", "Info-ZIP, stored", made(["zip", "-q", "-0", "-r", "OUT", "."], folder)
        yield "zip", "Info-ZIP, to a pipe", made("zip -q -r - . | cat", folder, shell=True)
        yield "zip", "Info-ZIP, a comment", made("zip -q -r OUT . && echo from us | zip -q -z OUT", folder, shell=True)
        yield "zip", "Info-ZIP, from a pipe", made("zip -q OUT - < README.txt && zip -q -r OUT AWSLogs", folder, shell=True)
        yield "zip", "Info-ZIP, split and joined", made(
            "zip -q -s 64k -r OUT-s.zip . && zip -q -s 0 OUT-s.zip --out OUT-j.zip && cat OUT-j.zip", folder, shell=True)
        yield "zip", "Info-ZIP, could be split", made(["zip", "-q", "-s", "100m", "-r", "OUT", "."], folder)
        yield "zip", "bsdtar", made(["bsdtar", "--format=zip", "-cf", "-", "."], folder)
        yield "zip", "7-Zip", made(["7zz", "a", "-bd", "-tzip", "OUT.zip", "."], folder)
        yield "zip", "7-Zip, stored", made(["7zz", "a", "-bd", "-tzip", "-mx0", "OUT.zip", "."], folder)
        yield "zip", "jar", made(["jar", "cfM", "OUT", "."], folder)
        yield "zip", "jar, stored", made(["jar", "cfM0", "OUT", "."], folder)
    for name, form in [("GNU", tarfile.GNU_FORMAT), ("pax", tarfile.PAX_FORMAT)]:
        yield "tar", f"Python, {name}", packed_tar(found, form)
    yield "tar", "git archive's comment", packed_tar(found, tarfile.PAX_FORMAT, pax_headers={"comment": "0123456789abcdef"})
    yield "zip", "Python", packed_zip(found)
    yield "zip", "Python, stored", packed_zip(found, zipfile.ZIP_STORED)
    yield "zip", "Python, to a pipe", packed_zip(found, out=Pipe())
    yield "zip", "Python, stored, to a pipe", packed_zip(found, zipfile.ZIP_STORED, Pipe())
    yield "zip", "Python, zip64 sizes", packed_zip(found, large=True)
    yield "zip", "zip64 end, 1 disk", zip64_end(packed_zip(found), 1)
    yield "zip", "zip64 end, 0 disks", zip64_end(packed_zip(found), 0)
    # Where its directory leads must move with the marker.
    yield "zip", "over 65,535 entries without zip64", many(65_600)
    mac = {f"__MACOSX/{path.rsplit('/', 1)[0]}/._{path.rsplit('/', 1)[-1]}": b"\0\5\x16\7" for path in found if "/" in path}
    yield "zip", "Finder", packed_zip(found | mac, out=Pipe())
