#!/usr/bin/env python3
"""Pull requests opened, pushed to and closed while the daemon is killed with -9 at random moments:
in the end nothing is left of them.

A few with a fresh seed, which is printed; DIORAMA_CHAOS_CYCLES=100 (script/chaos) for all.
"""

import os
import random
import time
import unittest

from place import Place

SEED = int(os.environ.get("DIORAMA_SEED", random.randrange(1 << 32)))
CYCLES = int(os.environ.get("DIORAMA_CHAOS_CYCLES", "6"))


class Cycles(Place):
    def setUp(self):
        print(f"DIORAMA_SEED={SEED}", flush=True)
        self.random = random.Random(SEED)
        self.make_place()
        self.kills = self.seen = 0

    def meanwhile(self):
        """Some time passes, and with it perhaps the daemon."""
        if self.random.random() < 0.2:
            self.converge()
            self.seen += 1
        time.sleep(self.random.uniform(0, 1.5))
        if self.random.random() < 0.7:
            self.daemon.kill()
            self.kills += 1
            time.sleep(self.random.uniform(0, 0.2))
            self.daemon.start()

    def test_H11_SEC_71_opened_pushed_and_closed_among_random_kills_leaves_no_object(self):
        for cycle in range(CYCLES):
            branch = f"c{cycle}"
            self.push(branch)
            number = self.open(branch)
            self.meanwhile()
            self.push(branch)
            self.meanwhile()
            self.close(number)
            self.meanwhile()
        self.converge(120)
        print(f"{CYCLES} cycles, {self.kills} kills, {self.seen} times all was seen to be up", flush=True)
        self.assertEqual(self.daemon.left(), {})


if __name__ == "__main__":
    unittest.main(verbosity=2)
