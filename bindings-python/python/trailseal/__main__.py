"""`python -m trailseal` and the script `trailseal`: the same command line as the native command."""

import sys

from ._trailseal import command_line


def main() -> None:
    """Runs the command line with this program's arguments and ends the program with its exit code."""
    sys.exit(command_line(["trailseal", *sys.argv[1:]]))


if __name__ == "__main__":
    main()
