#!/usr/bin/env python3
"""What Diorama costs over the same Docker calls by hand, and what it costs while nothing happens.

Rounds alternate between both, on images that were never built before, so that what else the machine
does hits both alike. Figures are medians. Bars are those of DESIGN section 10.

    bench/scenes/run.py                        a table
    bench/scenes/run.py --json                 the figures as JSON
    bench/scenes/run.py --environments 20      fewer small scenes for the memory figures
    bench/scenes/run.py --rounds 1             fewer rounds; 0 leaves them out
"""

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

import engine
import shop
from daemon import Daemon, end_with_us, resident_mib, share_of_a_core
from table import measured, row, show

IDLE_SECONDS = 60  # The daemon compares what is with what shall be once in that time.
CALM_SECONDS = 5


def say(text):
    print(text, file=sys.stderr, flush=True)


def timed(work, *words):
    begun = time.monotonic()
    answer = work(*words)
    return time.monotonic() - begun, answer


class Rounds:
    """The shop by Diorama and by hand, in turn."""

    def __init__(self, folder):
        self.folder = os.path.join(folder, "shop")
        self.daemon = Daemon()
        self.hands = []
        self.times = {"diorama": [], "by hand": [], "page": [], "page by hand": [], "readme": []}

    def by_diorama(self, branch, word):
        environment = self.daemon.put_up_ready(self.folder, branch)
        host = environment["url"].split("//")[1].split(":")[0]
        shop.wait_for_page("127.0.0.1", self.daemon.gateway, word, host)
        return environment, host

    def push(self, word):
        shop.commit(self.folder, word)

    def scene_by_diorama(self, number):
        branch = f"round-{number}"
        shop.git(self.folder, "checkout", "-q", "-b", branch)
        shop.salt(self.folder, f"{branch} by diorama")
        self.push(branch)
        took, (environment, host) = timed(self.by_diorama, branch, f"{branch} by diorama")
        self.times["diorama"].append(took)
        self.updates(branch, host)
        self.daemon.take_down(environment)

    def updates(self, branch, host):
        word = f"{branch} once more"
        shop.show(self.folder, word)
        self.push(word)
        begun = time.monotonic()
        self.daemon.put_up(self.folder, branch, "respond-async")
        shop.wait_for_page("127.0.0.1", self.daemon.gateway, word, host)
        self.times["page"].append(time.monotonic() - begun)
        self.daemon.put_up_ready(self.folder, branch)
        shop.write(self.folder, "README.md", f"{branch}\n")
        self.push("readme")
        self.times["readme"].append(timed(self.daemon.put_up_ready, self.folder, branch)[0])

    def scene_by_hand(self, number):
        # The last /26 of the daemon's range: it takes its own from the front.
        name = f"dioramabench-{os.getpid()}-{number}"
        hand = shop.ByHand(self.folder, name, self.daemon.range + ".255.192/26")
        self.hands.append(hand)
        shop.salt(self.folder, f"{name} by hand")
        self.times["by hand"].append(timed(hand.up, f"{name} by hand")[0])
        shop.show(self.folder, f"{name} once more")
        self.times["page by hand"].append(timed(hand.renew_page, f"{name} once more")[0])
        hand.down()
        shop.git(self.folder, "checkout", "-q", "--", ".")

    def run(self, rounds):
        shop.lay_out(self.folder)
        shop.git(self.folder, "init", "-q", "-b", "main")
        self.push("the shop")
        self.daemon.start()
        for number in range(rounds):
            turns = [self.scene_by_diorama, self.scene_by_hand]
            for turn in turns if number % 2 == 0 else turns[::-1]:
                turn(number)
            said = ", ".join(f"{what} {took[-1]:.2f} s" for what, took in self.times.items())
            say(f"round {number + 1} of {rounds}: {said}")

    def stop(self):
        for hand in self.hands:
            hand.down()
        self.daemon.stop()

    def figures(self):
        middle = {what: statistics.median(took) for what, took in self.times.items()}
        ours, hand = middle["diorama"], middle["by hand"]
        over = statistics.median(
            a - b for a, b in zip(self.times["diorama"], self.times["by hand"])
        )
        return {
            "first_scene": row("first scene of three services", "s", self.times["diorama"][0], 5),
            "scene": row("three services, request to first byte", "s", ours, peer=hand),
            "overhead": row("  over the same calls by hand", "ms", over * 1e3, max(200, hand * 100)),
            "overhead_percent": row("  the same, of the time by hand", "%", 100 * over / hand),
            "page": row("push of one page, to that page", "s", middle["page"],
                        peer=middle["page by hand"]),
            "readme": row("push that changes nothing built, to ready", "s", middle["readme"], 1),
        }


class Idle:
    """A daemon with nothing to do: with no environment, with many, and killed and started again."""

    def __init__(self, folder, count):
        self.folder = os.path.join(folder, "small")
        self.count = count
        self.daemon = Daemon()

    def lay_out(self):
        compose = "services:\n  web:\n    build: .\n    ports: ['8080']\n"
        shop.write(self.folder, "compose.yaml", compose)
        shop.write(self.folder, "Dockerfile", (
            "FROM scratch\nCOPY busybox /bin/busybox\nCOPY www /www\nEXPOSE 8080\n"
            'ENTRYPOINT ["/bin/busybox", "httpd", "-f", "-p", "8080", "-h", "/www"]\n'))
        shop.write(self.folder, "www/index.html", "small\n")
        shutil.copy("/bin/busybox", os.path.join(self.folder, "busybox"))
        shop.git(self.folder, "init", "-q", "-b", "main")
        shop.commit(self.folder, "a small scene")
        for number in range(self.count):
            shop.git(self.folder, "branch", f"b{number}")

    def fill(self):
        """Puts all up; answers how many got ready before the machine had no more room."""
        for number in range(self.count):
            self.daemon.put_up(self.folder, f"b{number}", "respond-async")
        end, ready, open_ = time.monotonic() + 60 + 3 * self.count, 0, self.count
        while open_ and time.monotonic() < end:
            time.sleep(1)
            states = [one["state"] for one in self.all()]
            ready, failed = states.count("ready"), states.count("failed")
            open_ = self.count - ready - failed
        say(f"{ready} of {self.count} small scenes are ready")
        return ready

    def all(self):
        items, after = [], ""
        while True:
            page = self.daemon.ask("GET", f"/api/v1/environments?limit=100&after={after}")
            items += page["items"]
            after = page.get("next") or ""
            if not after:
                return items

    def at_rest(self, who, memory_bar):
        time.sleep(CALM_SECONDS)
        pid = self.daemon.process.pid
        ours, engines = share_of_a_core([pid, engine.pid()], IDLE_SECONDS)
        return {
            "memory": row(f"memory {who}", "MiB", resident_mib(pid), memory_bar),
            "cpu": row(f"idle CPU {who}", "% core", ours, 0.3),
            "engine_cpu": row(f"  the Docker Engine meanwhile", "% core", engines),
        }

    def run(self):
        figures = {"start": row("start, empty", "s", self.daemon.start(), 1)}
        self.put(figures, "empty", self.at_rest("empty", 20))
        self.lay_out()
        took, ready = timed(self.fill)
        many = f"with {ready} environments"
        figures["filled"] = row(f"{ready} of {self.count} small scenes put up", "s", took)
        self.put(figures, "many", self.at_rest(many, 30))
        self.daemon.kill()
        figures["restart"] = row(f"start after kill -9 {many}", "s", self.daemon.start(), 1)
        time.sleep(CALM_SECONDS)
        resident = resident_mib(self.daemon.process.pid)
        figures["restarted_memory"] = row("memory after that start", "MiB", resident, 30)
        return figures

    @staticmethod
    def put(figures, when, more):
        figures.update({f"{when}_{name}": found for name, found in more.items()})

    def stop(self):
        self.daemon.stop()


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--json", action="store_true", help="the figures as JSON")
    parser.add_argument("--environments", type=int, default=100, help="0 leaves that part out")
    parser.add_argument("--rounds", type=int, default=5, help="0 leaves that part out")
    arguments = parser.parse_args()
    figures = {}
    end_with_us()
    folder = tempfile.mkdtemp(prefix="diorama-bench-")
    try:
        if arguments.rounds:
            rounds = Rounds(folder)
            measured(rounds, lambda: rounds.run(arguments.rounds))
            figures.update(rounds.figures())
        if arguments.environments:
            idle = Idle(folder, arguments.environments)
            figures.update(measured(idle, idle.run))
    except (engine.Failed, OSError, subprocess.CalledProcessError) as failure:
        sys.exit(f"bench/scenes: {failure}")
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    show(figures, arguments.json)


if __name__ == "__main__":
    main()
