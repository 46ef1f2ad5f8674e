#!/usr/bin/env python3
"""Takes away what a test's daemon made, when neither the daemon nor the test can do it any more.

`guard.py FOLDER` waits at its input. "done" there means that nothing is left to do. If it ends
without, the test was interrupted, killed, or could not tidy up: then the daemon of FOLDER is ended
and all that carries its installation's label is removed, straight from the Docker Engine.
"""

import json
import os
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
import urllib.parse
from pathlib import Path

from daemon import DOCKER_SOCKET, UnixConnection, ask

KINDS = (
    ("/containers/json?all=1&", lambda it: f"/containers/{it['Id']}?force=1&v=1"),
    ("/networks?", lambda it: f"/networks/{it['Id']}"),
    ("/volumes?", lambda it: f"/volumes/{it['Name']}?force=1"),
    ("/images/json?", lambda it: f"/images/{it['Id']}?force=1"),
)


def engine(method, path):
    return ask(UnixConnection(DOCKER_SOCKET), method, path)


def end_daemon(folder):
    for process in Path("/proc").glob("[0-9]*"):
        try:
            words = (process / "cmdline").read_bytes().split(b"\0")
        except OSError:
            continue
        if str(folder / "data").encode() in words and int(process.name) != os.getpid():
            os.kill(int(process.name), signal.SIGKILL)


def installation(folder):
    file = folder / "data" / "diorama.db"
    if not file.exists():
        return None
    with sqlite3.connect(file) as database:
        query = "SELECT value FROM settings WHERE name = 'installation'"
        found = database.execute(query).fetchone()
    return found and found[0]


def listed(listing, owner):
    for label in ("diorama.installation", "diorama.build"):
        filters = urllib.parse.quote(json.dumps({"label": [f"{label}={owner}"]}))
        answer = engine("GET", f"{listing}filters={filters}").json
        yield from (answer["Volumes"] if isinstance(answer, dict) else answer) or []


def remove_all(owner):
    """What was found, and is to be looked for once more."""
    found = []
    for listing, address in KINDS:
        for it in listed(listing, owner):
            found.append(f"{address(it)}: {engine('DELETE', address(it))}")
    subprocess.run(["nft", "delete", "table", "inet", f"diorama_{owner[-8:]}"], capture_output=True)
    return found


def sweep(folder):
    """What could not be removed. The Engine ends what the dead daemon asked of it, so nothing has
    to be found several times before nothing is there."""
    end_daemon(folder)
    owner = installation(folder)
    found, quiet = [], 0
    for _ in range(60 if owner else 0):
        found = remove_all(owner)
        quiet = 0 if found else quiet + 1
        if quiet == 6:
            break
        time.sleep(0.5)
    shutil.rmtree(folder, ignore_errors=True)
    return found


def main():
    folder = Path(sys.argv[1])
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    said = sys.stdin.read()
    if said == "done" or not re.search(r"/diorama-e2e\.\w+$", str(folder)):
        return 0
    left = sweep(folder)
    print("\n".join(left), file=sys.stderr)
    return 1 if left else 0


if __name__ == "__main__":
    sys.exit(main())
