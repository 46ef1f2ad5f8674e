#!/usr/bin/env python3
"""Scenes that sleep on a real Docker Engine, and wake as they were."""

import unittest

from daemon import Daemon, small, until

COMPOSE = """
services:
  page:
    build: .
    ports: ['8080']
    volumes: ['data:/data']
volumes:
  data:
"""

# Writes a page into its volume that no other start would write, once.
DOCKERFILE = """
FROM scratch
COPY busybox /bin/busybox
EXPOSE 8080
ENTRYPOINT ["/bin/busybox", "sh", "-c", "cd /data && export PATH=/bin && \
[ -e index.html ] || busybox cat /proc/sys/kernel/random/uuid > index.html; \
exec busybox httpd -f -p 8080 -h /data"]
"""

STATES = {"frozen": ["paused"], "stopped": ["exited"], "archived": []}


class Sleep(unittest.TestCase):
    def test_H12_a_scene_wakes_from_every_rung_with_its_volume_as_it_was(self):
        daemon = Daemon().start()
        self.addCleanup(daemon.end)
        repository = small(daemon.folder / "corner" / "shop")
        repository.write("compose.yaml", COMPOSE)
        repository.write("Dockerfile", DOCKERFILE)
        repository.commit("Keep something")
        environment = daemon.deploy(repository).json
        id = environment["id"]
        self.assertEqual(environment["state"], "ready", environment)
        kept = daemon.page(environment).text
        self.assertEqual(len(kept.strip()), 36, kept)

        for rung, states in STATES.items():
            with self.subTest(rung):
                answer = daemon.api("POST", f"/api/v1/environments/{id}/sleep", {"to": rung})
                self.assertEqual(answer.status, 202, answer)
                running = lambda: [c["State"] for c in daemon.engine.containers(daemon.installation)]
                until(lambda: running() == states, f"containers that are {states}")
                asleep = daemon.environment(id)
                self.assertEqual((asleep["state"], asleep["presence"]), ("asleep", rung))
                left = daemon.engine.objects(daemon.installation)
                self.assertEqual(len(left["volume"]), 1)
                self.assertEqual(len(left["network"]), 0 if rung == "archived" else 1)

                answer = daemon.api("POST", f"/api/v1/environments/{id}/wake")
                self.assertEqual(answer.status, 202, answer)
                awake = until(
                    lambda: (e := daemon.environment(id))["presence"] == "awake" and e, "it to wake"
                )
                until(lambda: daemon.page(awake).text == kept, "the page that was kept", limit=10)
        self.assertEqual(daemon.inventory(), daemon.engine.objects(daemon.installation))


if __name__ == "__main__":
    unittest.main()
