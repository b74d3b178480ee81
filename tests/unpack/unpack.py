"""The law of containers: of an archive that trailseal reads without a finding about it, every program unpacks the same.

  unpack.py READER FOLDER [--minutes N] [--seed S]

READER is core/examples/unpack.rs. What breaks the law is kept in FOLDER. A program that says so itself, by its exit code, that it does not
unpack an archive, or that unpacks nothing at all, misleads nobody: it is counted as refusing. One that ends well and has other bytes under
the name of a digest file, a log file, metadata, a key list or other JSON, or a name more or less of these, breaks the law.
"""
import collections, io, json, os, pathlib, random, shutil, struct, subprocess, sys, tarfile, tempfile, time, warnings, zipfile

import archives, mutants

VECTOR = "test-vectors/archives/baseline/account-trail.zip"
# How often each program is asked about an altered archive: some take long to start.
SHARES = {"jar": 0.02, "jar, stream": 0.02, "7zz": 0.15, "7zz, stream": 0.15, "unzip": 0.5}


class Reader:
    """Asks trailseal."""

    def __init__(self, program):
        self.child = subprocess.Popen([program], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.known = {}

    def ask(self, kind, first, second):
        self.child.stdin.write(b"%s %d %d\n" % (kind, len(first), len(second)) + first + second)
        self.child.stdin.flush()
        line = self.child.stdout.readline()
        if not line:
            raise SystemExit("trailseal ended")
        return json.loads(line)

    def archive(self, data):
        answer = self.ask(b"A", b"", data)
        return answer["told"], {bytes.fromhex(path): facts for path, facts in answer["held"].items()}

    def entry(self, path, data):
        if (path, data) not in self.known:
            if len(self.known) > 100_000:
                self.known.clear()
            self.known[path, data] = self.ask(b"E", path, data)
        return self.known[path, data]


class Refused(Exception):
    pass


def run(command, folder, stdin=None):
    done = subprocess.run(command, cwd=folder, input=stdin, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=60,
                          **({"stdin": subprocess.DEVNULL} if stdin is None else {}))
    if done.returncode:
        raise Refused


def external(*command, name):
    def unpack(data, folder):
        path = folder.parent / name
        path.write_bytes(data)
        run([word.replace("ARCHIVE", str(path)) for word in command], folder)
    return unpack


def streamed(*command):
    return lambda data, folder: run(command, folder, data)


def python_tar(mode):
    def unpack(data, folder):
        with tarfile.open(fileobj=io.BytesIO(data), mode=mode) as archive:
            archive.extractall(folder, filter="tar")
    return unpack


def python_zip(data, folder):
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        archive.extractall(folder)


def two_steps(data, folder):
    inner = subprocess.run(["7zz", "x", "-so", "-si", "-tgzip"], input=data, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    if inner.returncode:
        raise Refused
    run(["7zz", "x", "-y", "-si", "-ttar"], folder, inner.stdout)


def tars(end, python):
    name = "archive.tar" + end
    flag = {"": [], ".gz": ["-z"], ".zst": ["--zstd"]}[end]
    programs = {
        "tar": external("tar", "-xf", "ARCHIVE", name=name),
        "tar, stream": streamed("tar", *flag, "-xf", "-"),
        "bsdtar": external("bsdtar", "-xf", "ARCHIVE", name=name),
        "bsdtar, stream": streamed("bsdtar", "-xf", "-"),
    }
    if python:
        programs |= {"python": python_tar("r:" + end[1:]), "python, stream": python_tar("r|" + end[1:])}
    if end == "":
        programs |= {"7zz": external("7zz", "x", "-y", "ARCHIVE", name=name), "7zz, stream": streamed("7zz", "x", "-y", "-si", "-ttar")}
    if end == ".gz":
        programs |= {"7zz, stream": two_steps}
    return programs


PROGRAMS = {
    "tar": tars("", True),
    "tar.gz": tars(".gz", True),
    "tar.zst": tars(".zst", False),
    "zip": {
        "python": python_zip,
        "unzip": external("unzip", "-qq", "-o", "ARCHIVE", name="archive.zip"),
        "bsdtar": external("bsdtar", "-xf", "ARCHIVE", name="archive.zip"),
        "bsdtar, stream": streamed("bsdtar", "-xf", "-"),
        "7zz": external("7zz", "x", "-y", "ARCHIVE", name="archive.zip"),
        "jar": external("jar", "xf", "ARCHIVE", name="archive.zip"),
        "jar, stream": streamed("jar", "x"),
    },
}


def unpacked(unpack, data):
    """What a program unpacks: bytes by path. Links are followed, as who reads the files does."""
    top = pathlib.Path(tempfile.mkdtemp(dir="/dev/shm" if os.path.isdir("/dev/shm") else None))
    folder = top / "out"
    folder.mkdir()
    try:
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                unpack(data, folder)
        except Refused:
            raise
        except subprocess.TimeoutExpired:
            raise Refused
        except Exception:  # Python's way of refusing
            raise Refused
        found = {}
        for where, folders, names in os.walk(folder):
            for one in folders:
                os.chmod(os.path.join(where, one), 0o755, follow_symlinks=True) if not os.path.islink(os.path.join(where, one)) else None
            for name in names:
                path = os.path.join(where, name)
                if os.path.isfile(path):
                    os.chmod(path, 0o644)
                    relative = os.fsencode(os.path.relpath(path, folder))
                    with open(path, "rb") as file:
                        found[relative] = file.read()
        if not found:
            raise Refused
        return found
    finally:
        subprocess.run(["chmod", "-R", "u+rwx", top], stderr=subprocess.DEVNULL) if os.geteuid() else None
        shutil.rmtree(top, ignore_errors=True)


class Comparison:
    def __init__(self, reader, folder):
        self.reader, self.folder = reader, pathlib.Path(folder)
        self.count = collections.Counter()
        self.broken = collections.Counter()
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True)

    def evidence(self, kind, found):
        """What of it is evidence, as trailseal would see it."""
        held = {}
        for path, data in found.items():
            # Old programs write backslashes into zip archives, and not every other takes them for slashes.
            path = path.replace(b"\\", b"/") if kind == "zip" else path
            facts = self.reader.entry(path, data)
            if facts is not None:
                held[self.name(kind, path)] = facts
        return held

    def name(self, kind, path):
        """Programs read what is not ASCII in a zip archive by different character sets; no name of AWS's holds any."""
        return bytes(byte for byte in path if byte < 128) if kind == "zip" else path

    def compare(self, kind, data, label, choose=lambda program: True):
        told, held = self.reader.archive(data)
        self.count["archives"] += 1
        if told:
            self.count["told"] += 1
            return told
        if any(len(facts) > 1 for facts in held.values()):
            # Two contents under one name are judged as such, by what is signed.
            self.count["two contents under one name"] += 1
            return told
        self.count["read without a finding"] += 1
        ours = {self.name(kind, path): next(iter(facts)) for path, facts in held.items()}
        for program, unpack in PROGRAMS[kind].items():
            if not choose(program):
                continue
            self.count["comparisons"] += 1
            try:
                theirs = self.evidence(kind, unpacked(unpack, data))
            except Refused:
                self.count["refused by " + program] += 1
                continue
            if ours != theirs:
                self.breaks(kind, data, label, program, ours, theirs)
        return told

    def breaks(self, kind, data, label, program, ours, theirs):
        key = f"{kind}, {program}: {label}"
        self.broken[key] += 1
        if self.broken[key] <= 3:
            name = f"{len(self.broken):03}-{self.broken[key]}-{program.replace(', ', '-')}.{kind}"
            (self.folder / name).write_bytes(data)
            lines = [f"{name}: {label}"]
            lines += [f"  only trailseal: {path!r}" for path in sorted(ours.keys() - theirs.keys())]
            lines += [f"  only {program}: {path!r}" for path in sorted(theirs.keys() - ours.keys())]
            lines += [f"  other bytes: {path!r}" for path in sorted(path for path in ours.keys() & theirs.keys() if ours[path] != theirs[path])]
            print("\n".join(lines), flush=True)


def main():
    reader, folder, *options = sys.argv[1:]
    told = dict(zip(options[::2], options[1::2]))
    minutes, seed = float(told.get("--minutes", 2)), int(told.get("--seed", time.time_ns() % 1_000_000))
    print(f"seed {seed}, {minutes:g} min", flush=True)
    chance = random.Random(seed)
    comparison = Comparison(Reader(reader), folder)
    with zipfile.ZipFile(VECTOR) as vector:
        tree = archives.tree({info.filename: vector.read(info) for info in vector.infolist()})
    wrong = 0
    bases = collections.defaultdict(list)
    for kind, label, data in archives.honest(tree):
        # What unpacks to many files takes long.
        is_small = len(data) < 2_000_000
        told = comparison.compare(kind, data, "honest: " + label, lambda program: is_small or program in ("python", "bsdtar, stream"))
        print(f"{'told  ' if told else 'passes'} {kind}: {label} {told or ''}", flush=True)
        wrong += bool(told)
        if is_small:
            bases[kind].append((label, data))
    choose = lambda program: chance.random() < SHARES.get(program, 1)
    end = time.monotonic() + 60 * minutes
    while time.monotonic() < end:
        kind = chance.choice(["tar", "tar", "tar", "tar.gz", "zip", "zip", "zip", "zip"])
        plain = "tar" if kind == "tar.gz" else kind
        label, data = chance.choice(bases[plain])
        try:
            steps, data = mutants.alter(plain, data, tree, chance)
        except (ValueError, IndexError, OverflowError, struct.error):
            continue
        if kind == "tar.gz":
            step, data = mutants.packed(data, chance)
            steps.append(step)
        comparison.compare(kind, data, " + ".join(steps), choose)
    for what, count in sorted(comparison.count.items()):
        print(f"{count:8} {what}")
    for what, count in comparison.broken.most_common(60):
        print(f"{count:8} BROKEN {what}")
    if wrong or comparison.broken:
        raise SystemExit(f"{wrong} honest archives with a finding; {sum(comparison.broken.values())} comparisons break the law; kept in {folder}")


main()
