#!/usr/bin/env python3
"""Scenes that sleep are woken by whoever comes to their door: real Docker, the real gateway."""

import http.client
import shutil
import socket
import unittest

from daemon import COMPOSE, Daemon, Repository, ask, until

# One program answers pages and WebSockets alike, so that nothing but a shell is needed.
ANSWER = r"""
while read -r line; do
    line=${line%?}
    [ -n "$line" ] || break
    case "$line" in [Uu]pgrade:*) upgrade=1 ;; esac
done
if [ "$upgrade" ]; then
    printf 'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n'
    exec /bin/busybox cat
fi
printf 'HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 3\r\n\r\none'
"""
DOCKERFILE = (
    "FROM scratch\nCOPY busybox /bin/busybox\nCOPY answer /answer\nEXPOSE 8080\nSTOPSIGNAL SIGKILL\n"
    'ENTRYPOINT ["/bin/busybox", "nc", "-ll", "-p", "8080", "-e", "/bin/busybox", "sh", "/answer"]\n'
)
STATES = {"frozen": ["paused"], "stopped": ["exited"], "archived": []}


class Wake(unittest.TestCase):
    def setUp(self):
        self.daemon = Daemon().start()
        self.addCleanup(self.daemon.end)
        repository = Repository(self.daemon.folder / "corner" / "shop")
        repository.write("compose.yaml", COMPOSE)
        repository.write("Dockerfile", DOCKERFILE)
        repository.write("answer", ANSWER)
        shutil.copy("/bin/busybox", repository.folder / "busybox")
        repository.commit("Begin")
        answer = self.daemon.deploy(repository)
        self.assertEqual(answer.status, 201, answer)
        self.id = answer.json["id"]
        self.host = answer.json["url"].split("//")[1].rstrip("/")

    def rest(self, rung):
        answer = self.daemon.api("POST", f"/api/v1/environments/{self.id}/sleep", {"to": rung})
        self.assertEqual(answer.status, 202, answer)
        until(lambda: self.daemon.environment(self.id)["presence"] == rung, "the scene to sleep")
        until(lambda: self.states() == STATES[rung], f"its container to be {rung}")

    def states(self):
        return [one["State"] for one in self.daemon.engine.containers(self.daemon.installation)]

    def visit(self, accept):
        connection = http.client.HTTPConnection("127.0.0.1", self.daemon.gateway_port, timeout=60)
        return ask(connection, "GET", "/", headers={"Host": self.host, "Accept": accept})

    def test_F14_a_visit_wakes_a_scene_from_wherever_it_sleeps_and_meets_no_error(self):
        for rung in STATES:
            with self.subTest(rung=rung):
                self.rest(rung)
                answer = self.visit("*/*")
                self.assertEqual((answer.status, answer.text), (200, "one"))
                until(lambda: self.daemon.environment(self.id)["presence"] == "awake", "it to be awake")

        self.rest("stopped")
        seen = []

        def opened():
            seen.append(self.visit("text/html"))
            return seen[-1].status == 200

        until(opened, "the app in the browser")
        for page in seen[:-1]:
            self.assertEqual(page.status, 503)
            self.assertIn('http-equiv="refresh"', page.text)
            self.assertIn("waking up", page.text)

        self.rest("frozen")
        self.speaks()
        self.assertEqual(self.states(), ["running"])

    def speaks(self):
        """A WebSocket's way through the gateway."""
        with socket.create_connection(("127.0.0.1", self.daemon.gateway_port), timeout=60) as wire:
            wire.sendall(
                f"GET / HTTP/1.1\r\nHost: {self.host}\r\nConnection: Upgrade\r\n"
                "Upgrade: websocket\r\n\r\n".encode()
            )
            said = b""
            while not said.endswith(b"\r\n\r\n"):
                came = wire.recv(4096)
                self.assertTrue(came, said)
                said += came
            self.assertTrue(said.startswith(b"HTTP/1.1 101 "), said)
            wire.sendall(b"hello")
            self.assertEqual(wire.recv(5), b"hello")


if __name__ == "__main__":
    unittest.main(verbosity=2)
