"""Judges what strace wrote of one command: no network, no other program, no file but what was named."""

import argparse
import os
import re
import sys

# A name or a descriptor's path may hold anything but what ends it.
CALL = re.compile(r"^\d+ +(\w+)\((.*)\) += (.+)$")
OPEN = re.compile(r'^(?:(?:AT_FDCWD|\d+)(?:<(?P<folder>[^>]*)>)?, )?"(?P<name>[^"]*)", (?:\{flags=)?(?P<flags>[A-Z_|]+)')
NETWORK = (
    "socket socketpair bind connect listen accept accept4 getsockname getpeername sendto recvfrom sendmsg recvmsg sendmmsg recvmmsg "
    "setsockopt getsockopt shutdown io_uring_setup"
).split()
OPENING = ("open", "openat", "openat2", "creat")
STARTING = ("execve", "execveat")
CHANGING = (
    "rename renameat renameat2 link linkat symlink symlinkat unlink unlinkat mkdir mkdirat rmdir truncate chmod fchmodat chown lchown "
    "fchownat mknod mknodat utimensat"
).split()
# What the loader and the C library open of their own, and what the kernel says of this process and machine.
LOADER = re.compile(r"/etc/ld\.so\.(cache|preload)|(/usr)?/lib(32|64)?/([\w.+-]+/)*[\w.+-]+\.so[\w.]*")
KERNEL = ("/proc", "/sys")


def is_below(path, folders):
    return any(path == folder or path.startswith(folder.rstrip("/") + "/") for folder in folders)


def judge(line, asked):
    """What is wrong with one line, and the file that it opened."""
    call = CALL.match(line)
    if not call:
        # Signals and ends of threads; a call that was cut in two is seen at its start.
        cut = re.match(r"^\d+ +(\w+)\((.*) <unfinished \.\.\.>$", line)
        if not cut:
            return None, None
        call = re.match(r"^()(\w+)\((.*)$", f"{cut[1]}({cut[2]}")
        name, arguments, result = call[2], call[3], "?"
    else:
        name, arguments, result = call.groups()
    if name in NETWORK:
        return "the network", None
    if name in STARTING:
        program = re.match(r'"([^"]*)"', arguments)
        return (None if program and os.path.realpath(program[1]) == os.path.realpath(asked.program) else "another program"), None
    if name in CHANGING:
        names = [path for path in re.findall(r'"([^"]*)"', arguments)]
        return (None if names and all(is_below(path, asked.write) for path in names) else "a change elsewhere"), None
    if name not in OPENING:
        return None, None
    opened = OPEN.match(arguments)
    if not opened:
        return "an opening that cannot be read", None
    path = os.path.normpath(os.path.join(opened["folder"] or os.getcwd(), opened["name"]))
    if landed := re.match(r"\d+<([^>]*)>", result):
        path = landed[1]
    if "O_WRONLY" in opened["flags"] or "O_RDWR" in opened["flags"] or "O_CREAT" in opened["flags"]:
        return (None if is_below(path, asked.write) else "a file written elsewhere"), path
    return (None if LOADER.fullmatch(path) or is_below(path, [*KERNEL, *asked.read, *asked.write]) else "a file that was not named"), path


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("trace")
    parser.add_argument("--program", required=True)
    for option in ("--read", "--write", "--must-open"):
        parser.add_argument(option, action="append", default=[], type=os.path.realpath)
    asked = parser.parse_args()
    wrong, opened = [], []
    with open(asked.trace, encoding="utf-8", errors="replace") as trace:
        for line in trace:
            reason, path = judge(line.rstrip("\n"), asked)
            opened.append(path)
            if reason:
                wrong.append(f"{reason}: {line.rstrip()}")
    for needed in asked.must_open:
        if not any(path and is_below(path, [needed]) for path in opened):
            wrong.append(f"{needed} was not opened, so that the trace is not what it should be")
    if wrong:
        sys.exit("\n".join(wrong))


if __name__ == "__main__":
    main()
