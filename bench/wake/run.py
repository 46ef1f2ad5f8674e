#!/usr/bin/env python3
"""How long a visitor waits when a scene sleeps, and what its sleep gives back.

Time to the first byte of a request through the gateway to a scene that is frozen, stopped or
archived, against the same done by hand in the same round: `unpause`, `start`, or network, create and
start, by the Engine's API, and the first byte straight from the container. Medians. Memory is what
the processes of the scene's container hold, before and after.

    bench/wake/run.py               a table
    bench/wake/run.py --json        the figures as JSON
    bench/wake/run.py --rounds 3    fewer rounds
"""

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

ROOT = os.path.realpath(os.path.join(os.path.dirname(__file__), "..", ".."))
sys.path[:0] = [os.path.join(ROOT, "bench/scenes")]

import engine  # noqa: E402
import scene  # noqa: E402
from daemon import Daemon, end_with_us  # noqa: E402
from table import measured, row, show  # noqa: E402

RUNGS = ("frozen", "stopped", "archived")
STATES = {"frozen": ["paused"], "stopped": ["exited"], "archived": []}
FROZEN_BAR_MS = 15
STOPPED_BAR_MS = 50  # Over the start by hand.


def say(text):
    print(text, file=sys.stderr, flush=True)


class Night:
    """One scene by Diorama and the same by hand, put to sleep and woken in turn."""

    def __init__(self, folder):
        self.folder = os.path.join(folder, "scene")
        self.daemon = Daemon()
        self.hand = None
        self.waits = {rung: [] for rung in RUNGS}
        self.by_hand = {rung: [] for rung in RUNGS}
        self.awake = []
        self.held = {rung: [] for rung in RUNGS}

    def containers(self):
        return engine.find("containers", f"diorama.environment={self.environment['id']}")

    def rest(self, rung):
        """Puts it to sleep; answers the MiB its processes hold then."""
        path = "/api/v1/environments/" + self.environment["id"]
        self.daemon.ask("POST", path + "/sleep", {"to": rung})
        end = time.monotonic() + 60
        while (
            self.daemon.ask("GET", path)["presence"] != rung
            or [one["State"] for one in self.containers()] != STATES[rung]
        ):
            if time.monotonic() > end:
                raise engine.Failed(f"it is not {rung}: {self.containers()}")
            time.sleep(0.02)
        time.sleep(0.2)  # The daemon writes that down, and has nothing else to do.
        return sum(scene.resident_mib(one["Id"]) for one in self.containers())

    def visit(self):
        return scene.first_byte("127.0.0.1", self.daemon.gateway, self.host)

    def ours(self, rung):
        self.held[rung].append(self.rest(rung))
        self.waits[rung].append(self.visit())
        self.awake.append(scene.settled_memory(self.containers()[0]["Id"]))

    def hands(self, rung):
        self.hand.rest(rung)
        self.by_hand[rung].append(self.hand.wake(rung))
        scene.settled_memory(self.hand.container)

    def run(self, rounds):
        scene.lay_out(self.folder)
        self.daemon.start()
        self.environment = self.daemon.put_up_ready(self.folder, "main")
        self.host = self.environment["url"].split("//")[1].split(":")[0]
        self.visit()
        mine = self.containers()[0]
        scene.settled_memory(mine["Id"])
        name = f"dioramabench-wake-{os.getpid()}"
        # The last /26 of the daemon's range: it takes its own from the front.
        self.hand = scene.ByHand(name, mine["ImageID"], self.daemon.range + ".255.192/26")
        self.hand.create()
        self.hand.wake("stopped")
        scene.settled_memory(self.hand.container)
        for number in range(rounds):
            turns = [self.ours, self.hands]
            for rung in RUNGS:
                for turn in turns if number % 2 == 0 else turns[::-1]:
                    turn(rung)
            said = ", ".join(
                f"{rung} {self.waits[rung][-1] * 1e3:.1f} ms (by hand {self.by_hand[rung][-1] * 1e3:.1f})"
                for rung in RUNGS
            )
            say(f"round {number + 1} of {rounds}: {said}")

    def stop(self):
        if self.hand:
            self.hand.remove()
        self.daemon.stop()

    def figures(self):
        ours = {rung: statistics.median(took) * 1e3 for rung, took in self.waits.items()}
        hand = {rung: statistics.median(took) * 1e3 for rung, took in self.by_hand.items()}
        bars = {"frozen": FROZEN_BAR_MS, "stopped": hand["stopped"] + STOPPED_BAR_MS, "archived": None}
        figures = {
            f"{rung}_wait": row(f"first byte of a scene that is {rung}", "ms", ours[rung], bars[rung],
                                peer=hand[rung])
            for rung in RUNGS
        }
        awake = statistics.median(self.awake)
        figures["awake_memory"] = row("memory of the scene, awake", "MiB", awake)
        for rung in RUNGS:
            given = awake - statistics.median(self.held[rung])
            figures[f"{rung}_memory"] = row(f"  given back when {rung}", "MiB", given)
        return figures


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--json", action="store_true", help="the figures as JSON")
    parser.add_argument("--rounds", type=int, default=9)
    arguments = parser.parse_args()
    end_with_us()
    folder = tempfile.mkdtemp(prefix="diorama-bench-")
    try:
        night = Night(folder)
        measured(night, lambda: night.run(arguments.rounds))
        figures = night.figures()
    except (engine.Failed, OSError, subprocess.CalledProcessError) as failure:
        sys.exit(f"bench/wake: {failure}")
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    show(figures, arguments.json)


if __name__ == "__main__":
    main()
