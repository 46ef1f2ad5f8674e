#!/usr/bin/env python3
"""What an end of the daemon leaves on the machine, and what the next start makes of it."""

import subprocess
import unittest

from daemon import Daemon, small


class Stop(unittest.TestCase):
    def test_SEC_40_scenes_go_on_behind_their_filter_and_with_the_last_one_all_goes(self):
        daemon = Daemon().start()
        self.addCleanup(daemon.end)
        mark = daemon.installation[-8:]
        network, table = f"diorama-build-{mark}", f"table inet diorama_{mark}"
        self.assertEqual(daemon.behind(), [table])
        answer = daemon.deploy(small(daemon.folder / "corner" / "shop"))
        self.assertEqual(answer.status, 201, answer)
        self.assertEqual(daemon.behind(), [network, table])

        daemon.stop()
        self.assertEqual(daemon.behind(), [table])
        daemon.start()
        daemon.kill()
        daemon.start()
        self.assertEqual(daemon.behind(), [table])
        environment = daemon.environment(answer.json["id"])
        self.assertEqual(daemon.page(environment).status, 200)

        daemon.destroy(answer.json["id"])
        daemon.stop()
        self.assertEqual(daemon.behind(), [])

    def test_SEC_40_rules_that_somebody_flushed_are_put_back_and_told(self):
        daemon = Daemon().start()
        self.addCleanup(daemon.end)
        table = daemon.behind()[0]
        subprocess.run(["nft", "delete", *table.split()], check=True)
        checks = {check["name"]: check for check in daemon.get("/api/v1/doctor")["checks"]}
        self.assertEqual(daemon.behind(), [table])
        self.assertIn("put back", checks["packet filter"]["found"])
        self.assertIn("packet filter around scenes was taken away", daemon.log.read_text())
        health = daemon.api("GET", "/health", token="").json
        self.assertEqual(health["services"]["packet_filter"], "healthy")

    def test_SEC_40_two_installations_on_one_machine_leave_each_others_rules_alone(self):
        one, other = Daemon().start(), Daemon(DIORAMA_NETWORK_EGRESS="false").start()
        self.addCleanup(one.end)
        table = one.behind()[0].split()
        rules = ["nft", "list", *table]
        before = subprocess.run(rules, check=True, capture_output=True, text=True).stdout
        other.end()
        after = subprocess.run(rules, check=True, capture_output=True, text=True).stdout
        self.assertEqual(before, after)
        self.assertNotIn("scene to internet", after)


if __name__ == "__main__":
    unittest.main()
