"""Runs pytest as ./test does: everything on all cores, or the paths asked for."""

import os
import sys
from pathlib import Path

BASE = Path(__file__).resolve().parent.parent


def main(arguments: list[str]) -> None:
    """Hand over to pytest; single files run in one process, which is quicker for them."""
    os.chdir(BASE)
    paths = [Path(argument.partition("::")[0]) for argument in arguments if not argument.startswith("-")]
    parallel = [] if paths and all(path.is_file() for path in paths) else ["-n", "auto", "--dist", "worksteal"]
    command = [sys.executable, "-m", "pytest", *parallel, *arguments]
    os.execv(command[0], command)


if __name__ == "__main__":
    main(sys.argv[1:])
