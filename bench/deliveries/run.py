#!/usr/bin/env python3
"""Webhooks of pull requests, really signed, over HTTP into the released daemon, and on its disk.

The bodies are those of the forge of the tests, shaped and sized as GitHub's. The peers put the same
bodies into a bare SQLite table on the same disk, in turn with the daemon: `row by row` commits each
one, which is what a daemon without group commit could do at best; `in batches` commits as many at
once as there are connections, and does nothing else: no HTTP, no HMAC, no JSON, no queue.

At the end the daemon is killed with -9, and every webhook it answered must be in its database.

    bench/deliveries/run.py            a table
    bench/deliveries/run.py --json     the figures as JSON
    bench/deliveries/run.py --rounds 1 --scenes 0    fewer rounds; nothing put up
"""

import argparse
import json
import os
import shutil
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time

ROOT = os.path.realpath(os.path.join(os.path.dirname(__file__), "..", ".."))
sys.path[:0] = [os.path.join(ROOT, "bench/scenes"), os.path.join(ROOT, "tests/support")]

import engine  # noqa: E402
from daemon import Daemon, end_with_us, resident_mib  # noqa: E402
from hub import Hub  # noqa: E402
from page import Pages  # noqa: E402
from table import measured, row, show  # noqa: E402

LOAD = os.path.join(ROOT, "build/release/bench/deliveries_bench")
HUB = os.path.join(ROOT, "build/release/tests/diorama-hub")
SECRET = "the-bench-signs-with-this"
CONNECTIONS = 64
PULL_REQUESTS = 64
BAR = 5_000

# A rule turns them all away, so that what is measured is taking them in and looking at them.
CONFIGURATION = f"""
[github]
webhook_secret = "{SECRET}"
[projects."ada/shop"]
labels = ["preview"]
"""


def bodies_of_a_forge(path):
    """Writes one webhook's body a line; answers the size of the middle one."""
    hub = Hub(HUB)
    try:
        hub.control("create", name="ada/shop", files={"README": "A shop\n"})
        hub.control("fail-hooks", hold=True)
        hub.control("hook", name="ada/shop", url="http://127.0.0.1:9/", secret=SECRET)
        for number in range(PULL_REQUESTS):
            hub.control("push", repository="ada/shop", branch=f"b{number}", message="Sell hats",
                        files={"hats": f"{number}\n"}, **{"from": "main"})
            hub.control("open", repository="ada/shop", head=f"b{number}", author="ada",
                        title="Sell hats", body="Hats are in fashion again.")
        told = hub.ask("GET", "/_hub/deliveries?bodies=1")[2]
    finally:
        hub.close()
    bodies = [one["body"] for one in told if one["event"] == "pull_request"]
    with open(path, "w", encoding="utf-8") as file:
        file.writelines(body + "\n" for body in bodies)
    return statistics.median(len(body) for body in bodies)


def send(port, connections, count, bodies):
    command = [LOAD, port, connections, count, bodies, SECRET]
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True)
    if done.returncode != 0:
        raise engine.Failed(done.stderr.strip())
    return json.loads(done.stdout)


class Table:
    """The bodies in a bare SQLite table: what the disk and the database alone can do."""

    def __init__(self, folder, bodies):
        with open(bodies, encoding="utf-8") as file:
            self.bodies = file.read().splitlines()
        self.database = sqlite3.connect(os.path.join(folder, "bare.db"), isolation_level=None)
        self.database.execute("PRAGMA journal_mode = WAL")
        self.database.execute("PRAGMA synchronous = FULL")
        self.database.execute("CREATE TABLE deliveries (id TEXT PRIMARY KEY, body TEXT)")
        self.rows = 0

    def insert(self, count, batch):
        """Rows a second, `batch` of them a commit."""
        begun = time.monotonic()
        for _ in range(0, count, batch):
            self.database.execute("BEGIN IMMEDIATE")
            for _ in range(batch):
                self.rows += 1
                row = (f"{self.rows:036}", self.bodies[self.rows % len(self.bodies)])
                self.database.execute("INSERT INTO deliveries VALUES (?, ?)", row)
            self.database.execute("COMMIT")
        return count / (time.monotonic() - begun)


class Flood:
    def __init__(self, folder):
        self.bodies = os.path.join(folder, "bodies")
        self.size = bodies_of_a_forge(self.bodies)
        self.bare = Table(folder, self.bodies)
        self.daemon = Daemon(CONFIGURATION)
        self.sent = 0
        self.many, self.one, self.rows, self.batches = [], [], [], []

    def to_daemon(self, connections, count):
        self.sent += count
        return send(self.daemon.api, connections, count, self.bodies)

    def run(self, rounds, count):
        self.daemon.start()
        self.to_daemon(CONNECTIONS, count // 4)  # Warms up.
        for _ in range(rounds):
            self.many.append(self.to_daemon(CONNECTIONS, count))
            self.batches.append(self.bare.insert(count, CONNECTIONS))
            self.one.append(self.to_daemon(1, count // 32))
            self.rows.append(self.bare.insert(count // 32, 1))
        self.memory = resident_mib(self.daemon.process.pid)
        self.daemon.kill()
        self.kept = self.count_kept()

    def count_kept(self):
        with sqlite3.connect(os.path.join(self.daemon.data, "diorama.db")) as database:
            return database.execute("SELECT count(*) FROM deliveries").fetchone()[0]

    def figures(self):
        def middle(values):
            return statistics.median(values)

        rate = middle(one["rate"] for one in self.many)
        answered = middle(one["middle_ms"] for one in self.one)
        commit = middle(1e3 / rate for rate in self.rows)
        return {
            "rate": row(f"webhooks of {self.size / 1024:.0f} KiB a second, {CONNECTIONS} connections",
                        "/s", rate, at_least=BAR),
            "of_rows": row("  of a bare table, row by row", "times", middle(
                a["rate"] / b for a, b in zip(self.many, self.rows))),
            "of_batches": row("  of a bare table, in batches", "times", middle(
                a["rate"] / b for a, b in zip(self.many, self.batches))),
            "under_load": row("  answered, middle", "ms", middle(
                one["middle_ms"] for one in self.many)),
            "under_load_p99": row("  answered, 99 of 100", "ms", middle(
                one["p99_ms"] for one in self.many)),
            "alone": row("one at a time, answered, middle", "ms", answered, peer=commit),
            "beyond": row("  beyond the bare commit", "ms", answered - commit, at_most=10),
            "memory": row("memory after all", "MiB", self.memory),
            "lost": row(f"lost of {self.sent} answered, after kill -9", "", self.sent - self.kept,
                        at_most=0),
        }

    def stop(self):
        self.daemon.stop()


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--json", action="store_true", help="the figures as JSON")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--count", type=int, default=16_000, help="webhooks a round")
    parser.add_argument("--scenes", type=int, default=5, help="pushes to a pull request's scene")
    arguments = parser.parse_args()
    end_with_us()
    folder = tempfile.mkdtemp(prefix="diorama-bench-")
    figures = {}
    try:
        if arguments.rounds:
            flood = Flood(folder)
            measured(flood, lambda: flood.run(arguments.rounds, arguments.count))
            figures.update(flood.figures())
        if arguments.scenes:
            pages = Pages(folder, HUB, SECRET)
            measured(pages, lambda: pages.run(arguments.scenes))
            figures.update(pages.figures())
    except (engine.Failed, OSError, subprocess.CalledProcessError) as failure:
        sys.exit(f"bench/deliveries: {failure}")
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    show(figures, arguments.json)


if __name__ == "__main__":
    main()
