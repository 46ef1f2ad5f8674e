#!/usr/bin/env python3
"""SEC-72: the disk of the data folder is full while things go on. What cannot be done is told, what
serves goes on, nothing is damaged, and with room again all comes to what must be.

The disk is a small tmpfs in a mount namespace of this test's own (tests/chaos/CMakeLists.txt).
"""

import os
import sqlite3
import subprocess
import unittest

from place import Daemon, Place, until

SIZE = 48 * 1024 * 1024


class SmallDisk(Daemon):
    def __init__(self, configuration, **settings):
        super().__init__(configuration, **settings)
        self.data.mkdir()
        subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={SIZE}", "none", self.data], check=True)

    def fill(self):
        with open(self.data / "ballast", "ab", buffering=0) as ballast:
            for size in (1 << 20, 4096, 1):
                try:
                    while ballast.write(b"\0" * size) == size:
                        pass
                except OSError:
                    pass
        self.assert_full()

    def assert_full(self):
        space = os.statvfs(self.data)
        assert space.f_bavail == 0, f"{space.f_bavail} blocks are free"

    def free(self):
        (self.data / "ballast").unlink(missing_ok=True)

    def end(self):
        self.free()
        try:
            super().end()
        finally:
            subprocess.run(["umount", "--lazy", self.data], check=False)
            for folder in (self.data, self.folder):
                if folder.exists():
                    folder.rmdir()


class FullDisk(Place):
    def setUp(self):
        self.make_place()

    def make_daemon(self, configuration, **settings):
        return SmallDisk(configuration, **settings)

    def health(self):
        answers = [self.daemon.api("GET", path, token="") for path in ("/health", "/health/ready")]
        return [(answer.status, answer.json["services"]["disk"]) for answer in answers]

    def refused_write(self):
        """What the database's log took of the disk before holds some more."""
        answer = self.daemon.api("POST", "/api/v1/tokens", {"name": "x" * 100, "scopes": ["read"]})
        self.assertIn(answer.status, (201, 503), answer)
        return answer if answer.status == 503 else None

    def whole(self):
        with sqlite3.connect(self.daemon.data / "diorama.db") as database:
            return database.execute("PRAGMA integrity_check").fetchone()[0]

    def test_SEC_72_a_full_disk_is_told_and_damages_nothing_and_all_goes_on_with_room_again(self):
        self.push("a")
        number = self.open("a")
        self.converge()
        self.assertEqual(self.health(), [(200, "healthy")] * 2)
        shown = self.daemon.environment(self.environments()[number]["id"])
        text = self.daemon.page(shown).text

        # Full in the middle of a deployment.
        self.push("a")
        until(lambda: self.environments()[number]["state"] == "updating", "an update")
        self.daemon.fill()
        self.assertEqual(self.health(), [(503, "unavailable")] * 2)
        self.assertEqual(self.daemon.api("GET", "/health/live", token="").status, 200)
        refused = until(self.refused_write, "a write that finds no room", every=0)
        self.assertIn("disk is full", refused.json["detail"])
        self.assertIn("Free some space", refused.json["mend"])
        self.assertIn(self.daemon.page(shown).text, (text, self.texts[self.pulls[number]["commit"]]))
        self.assertIn(number, self.environments())  # Reading goes on.

        # Killed on it: a start says what is wrong, or stands; neither damages anything.
        self.daemon.kill()
        self.daemon.launch()
        until(self.stands_or_says_why, "a daemon that stands or says why not")
        if self.daemon.process.poll() is None:
            self.daemon.kill()
        self.daemon.free()
        self.assertEqual(self.whole(), "ok")
        self.daemon.start()
        self.converge()

        # Full and free again under a daemon that goes on.
        self.daemon.fill()
        self.push("a")
        self.close(number)
        until(lambda: self.health() == [(503, "unavailable")] * 2, "the daemon to say so")
        self.daemon.free()
        self.converge()
        self.assertEqual(self.health(), [(200, "healthy")] * 2)
        self.assertEqual(self.whole(), "ok")
        self.assertEqual(self.daemon.left(), {})

    def stands_or_says_why(self):
        if self.daemon.process.poll() is not None:
            self.assertEqual(self.daemon.process.returncode, 1)
            self.assertIn("disk is full", self.daemon.log.read_text()[-2000:])
            return True
        try:
            return self.health()
        except OSError:
            return False


if __name__ == "__main__":
    unittest.main(verbosity=2)
