#!/usr/bin/env python3
"""DESIGN rule 6: kill -9 at any moment, then a start, converges, with nothing leaked or doubled.

The moments are found by watching the Docker Engine, the API and the gateway, and then moved by a
few milliseconds. The seed is printed: DIORAMA_SEED=… plays a run again as far as time allows.
"""

import os
import random
import sys
import time
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from daemon import PAGE, Daemon, shop, until  # noqa: E402

SEED = int(os.environ.get("DIORAMA_SEED", random.randrange(1 << 32)))
ROUNDS = int(os.environ.get("DIORAMA_CRASH_ROUNDS", "3"))
FINAL = {"success", "failed", "superseded"}


class Crash(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        print(f"DIORAMA_SEED={SEED}", flush=True)

    def setUp(self):
        self.random = random.Random(f"{SEED} {self.id()}")
        self.daemon = Daemon().start()
        self.addCleanup(self.daemon.end)
        self.repository = shop(self.daemon.folder / "corner" / "shop")
        self.text = 0

    def push(self):
        """A commit that changes one service; what its page says."""
        self.text += 1
        self.repository.write(PAGE, f"page {self.text} of seed {SEED} ")
        self.repository.commit(f"Page {self.text}")
        return f"page {self.text} of seed {SEED} "

    def ask(self):
        answer = self.daemon.deploy(self.repository, prefer="respond-async")
        self.assertEqual(answer.status, 202, answer)
        return answer.json["id"]

    def crash(self, most=0.06):
        time.sleep(self.random.uniform(0, most))
        self.daemon.kill()

    def count(self, service=None):
        return len(self.daemon.engine.containers(self.daemon.installation, service))

    def converges(self, id, text):
        """The newest commit serves; what the daemon believes to own is what there is."""
        commit = self.repository.git("rev-parse", "HEAD")
        environment = until(
            lambda: (e := self.daemon.environment(id))["state"] == "ready"
            and e.get("serving_commit") == commit
            and e,
            "the newest commit to serve",
            limit=90,
        )
        self.assertEqual(self.daemon.page(environment).text, text)
        until(lambda: self.count() == 3, "three containers", limit=20)
        for service in ("page", "api", "worker"):
            self.assertEqual(self.count(service), 1, service)
        self.settled(id)
        stock = self.daemon.page(environment, "api", "/cgi-bin/stock")
        self.assertEqual(stock.json, {"apples": 100})

    def settled(self, id):
        def agree():
            inventory = {k: v for k, v in self.daemon.inventory().items() if k in kinds}
            return inventory == self.daemon.engine.objects(self.daemon.installation)

        kinds = ("container", "network", "volume")
        until(agree, "inventory and Engine to agree", limit=20)
        unfinished = [d for d in self.daemon.deployments(id) if d["status"] not in FINAL]
        self.assertEqual(unfinished, [])

    def traceless(self):
        until(lambda: not self.daemon.left(), f"nothing to be left of {self.daemon.left()}", limit=30)

    def test_killed_while_it_builds(self):
        for _ in range(ROUNDS):
            text = self.push()
            id = self.ask()
            until(lambda: self.daemon.lines(id, "&type=build"), "a line of the build")
            self.crash(0.3)
            self.daemon.start()
            self.converges(id, text)
            self.daemon.destroy(id)
            self.traceless()

    def test_killed_while_it_builds_and_a_newer_commit_comes(self):
        for _ in range(ROUNDS):
            self.push()
            id = self.ask()
            built = self.daemon.engine.images
            until(lambda: built(self.daemon.installation), "an image", every=0.005)
            self.crash(0.03)
            text = self.push()
            self.daemon.start()
            self.assertEqual(self.ask(), id)
            self.converges(id, text)
            self.daemon.destroy(id)
            self.traceless()

    def test_killed_while_it_starts_containers(self):
        for round in range(ROUNDS):
            text = self.push()
            id = self.ask()
            until(lambda: self.count() >= 1 + round % 3, "containers", every=0.005)
            self.crash(0.3)
            self.daemon.start()
            self.converges(id, text)
            self.daemon.destroy(id)
            self.traceless()

    def test_killed_around_the_switch_to_a_newer_version(self):
        old = self.push()
        id = self.ask()
        self.converges(id, old)
        for round in range(ROUNDS * 2):
            environment = self.daemon.environment(id)
            text = self.push()
            self.ask()
            if round % 2:
                until(lambda: self.count("page") == 2, "a page beside the old one", every=0.005)
            else:
                until(
                    lambda: self.daemon.page(environment).text == text, "the new page", every=0.005
                )
            self.crash()
            self.daemon.start()
            self.converges(id, text)
        self.daemon.destroy(id)
        self.traceless()

    def test_killed_while_it_removes(self):
        for round in range(ROUNDS):
            text = self.push()
            id = self.ask()
            self.converges(id, text)
            self.assertEqual(self.daemon.api("DELETE", f"/api/v1/environments/{id}").status, 202)
            if round % 3:
                until(lambda: self.count() < 3, "a container to go", every=0.005)
            self.crash(0.2 * (round % 3))
            self.daemon.start()
            until(
                lambda: self.daemon.environment(id)["state"] == "destroyed", "the end", limit=60
            )
            self.traceless()
            self.settled(id)


if __name__ == "__main__":
    unittest.main()
