#!/usr/bin/env python3
"""SEC-23: whoever floods the webhooks' door takes neither memory nor descriptors, and those who
sign are answered all the while."""

import hashlib
import hmac
import json
import os
import socket
import statistics
import threading
import time
import unittest
import uuid
from pathlib import Path

from daemon import Daemon, until

SECRET = "the-shop-signs-with-this"
MIB = 1 << 20
# What a flood may cost: buffers of many connections and a few large bodies, never all of them.
MEMORY = 64 * MIB
DESCRIPTORS = 512 + 128


def payload(number):
    repository = {"id": 100, "full_name": "ada/shop"}
    end = {"ref": "hats", "sha": "a" * 40, "repo": repository}
    user = {"id": 1, "login": "ada"}
    return json.dumps({
        "action": "opened",
        "repository": repository,
        "sender": user,
        "pull_request": {
            "number": number, "title": "Sell hats", "user": user, "state": "open", "draft": True,
            "updated_at": "2026-01-01T00:00:00Z", "head": end, "base": {**end, "ref": "main"},
        },
    }).encode()


def head(length, signature="sha256=" + 64 * "0", more=""):
    return (
        "POST /webhooks/github HTTP/1.1\r\nHost: localhost\r\nX-GitHub-Event: pull_request\r\n"
        f"X-GitHub-Delivery: {uuid.uuid4()}\r\nX-Hub-Signature-256: {signature}\r\n"
        f"Content-Type: application/json\r\n{more}"
        + ("" if length is None else f"Content-Length: {length}\r\n") + "\r\n"
    ).encode()


class Flood(unittest.TestCase):
    def setUp(self):
        self.daemon = Daemon(
            f'[github]\nwebhook_secret = "{SECRET}"\n[projects."ada/shop"]\ndrafts = false\n'
        ).start()
        self.addCleanup(self.daemon.end)
        self.process = Path(f"/proc/{self.daemon.process.pid}")
        self.open = []
        self.addCleanup(lambda: [one.close() for one in self.open])
        self.took = []
        for number in range(20):
            self.assertEqual(self.deliver(number + 1), 202)
        self.took.clear()
        (self.process / "clear_refs").write_text("5")  # The peak counts from here.
        self.before = self.status("VmRSS")

    def status(self, field):
        text = (self.process / "status").read_text()
        return int(text.split(field + ":")[1].split()[0]) * 1024

    def connect(self):
        one = socket.create_connection(("127.0.0.1", self.daemon.api_port), timeout=30)
        self.open.append(one)
        return one

    def deliver(self, number):
        """A signed webhook over a connection of its own; the status."""
        body = payload(number)
        mac = hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()
        begun = time.monotonic()
        with socket.create_connection(("127.0.0.1", self.daemon.api_port), timeout=30) as one:
            one.sendall(head(len(body), f"sha256={mac}") + body)
            status = int(one.recv(4096).split()[1])
        self.took.append(time.monotonic() - begun)
        return status

    def while_signed_ones_come(self, flood, count=30):
        """Runs `flood` beside signed webhooks, and says how those fared."""
        done = threading.Event()
        failed = []

        def run():
            try:
                flood(done)
            except Exception as broken:  # Not in this thread: it would be overlooked.
                failed.append(broken)

        thread = threading.Thread(target=run)
        thread.start()
        most = 0
        try:
            for number in range(count):
                self.assertEqual(self.deliver(number + 1), 202)
                most = max(most, len(os.listdir(self.process / "fd")))
                time.sleep(0.05)
        finally:
            done.set()
            thread.join()
        self.assertEqual(failed, [])
        grown = self.status("VmHWM") - self.before
        print(f"{self._testMethodName}: {grown / MIB:.0f} MiB more, {most} descriptors, answered "
              f"in {statistics.median(self.took):.3f} s, at most {max(self.took):.3f} s", flush=True)
        self.assertLess(grown, MEMORY)
        self.assertLess(most, DESCRIPTORS)
        self.assertLess(statistics.median(self.took), 1)

    def test_SEC_23_bodies_of_100_MB_are_refused_by_their_length_before_they_are_read(self):
        def flood(done):
            piece = bytes(MIB)
            while not done.is_set():
                one = self.connect()
                one.sendall(head(100 * MIB))
                # Nothing of the body is needed for the answer.
                self.assertEqual(one.recv(4096).split()[1], b"413")
                try:
                    for _ in range(100):
                        one.sendall(piece)
                except OSError:
                    pass  # It does not listen any more.
                one.close()

        self.while_signed_ones_come(flood)

    def test_SEC_23_bodies_without_a_length_are_refused_when_they_grow(self):
        def flood(done):
            piece = b"10000\r\n" + bytes(1 << 16) + b"\r\n"
            while not done.is_set():
                one = self.connect()
                one.sendall(head(None, more="Transfer-Encoding: chunked\r\n"))
                try:
                    for _ in range(1600):
                        one.sendall(piece)
                except OSError:
                    pass  # It does not listen any more.
                self.assertEqual(one.recv(4096).split()[1], b"413")
                one.close()

        self.while_signed_ones_come(flood)

    def test_SEC_23_bodies_that_never_end_are_few_at_once(self):
        def flood(done):
            begun = [self.connect() for _ in range(400)]
            part = bytes(900_000)
            for one in begun:
                one.settimeout(0.05)
                try:
                    one.sendall(head(1_000_000) + part)
                except OSError:
                    pass  # It is not read, or was turned away.
            done.wait(60)

        self.while_signed_ones_come(flood, count=60)

    def test_SEC_23_more_slow_visitors_than_there_are_places_keep_nobody_out(self):
        def flood(done):
            slow = []
            while len(slow) < 1500 and not done.is_set():
                one = self.connect()
                one.sendall(head(10_000) + b"{")
                slow.append(one)
            while not done.wait(0.5):
                for one in slow:
                    try:
                        one.send(b" ")
                    except OSError:
                        pass

        self.while_signed_ones_come(flood, count=60)

    def test_SEC_23_a_stream_of_forged_webhooks_is_answered_and_takes_nothing(self):
        sent = [0]

        def flood(done):
            body = payload(1)
            many = b"".join(head(len(body)) + body for _ in range(100))
            connections = [self.connect() for _ in range(8)]
            begun = time.monotonic()
            while not done.is_set():
                for one in connections:
                    one.sendall(many)
                for one in connections:
                    text = b""
                    while text.count(b"HTTP/1.1 401 ") < 100 or not text.rstrip().endswith(b"}"):
                        text += one.recv(1 << 16)
                    sent[0] += 100
            print(f"{sent[0] / (time.monotonic() - begun):.0f} forged webhooks a second", flush=True)

        self.while_signed_ones_come(flood, count=80)
        self.assertGreater(sent[0], 1000)
        kept = self.daemon.get("/api/v1/deliveries?verdict=refused&limit=100")["items"]
        self.assertLess(len(kept), 12)
        until(lambda: not self.daemon.get("/api/v1/deliveries?verdict=waiting")["items"], "the rest")


if __name__ == "__main__":
    unittest.main()
