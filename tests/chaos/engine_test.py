#!/usr/bin/env python3
"""The Docker Engine is restarted under the daemon, with its containers and without a word.

It is one of this test's own: a dockerd in a process and a mount namespace with folders and a bridge
of its own, that touches neither the machine's bridge nor its packet filter. What it dies with dies
with it. (`--bridge none` would not do: it takes the machine's docker0 away.)
"""

import os
import shutil
import signal
import subprocess
import tempfile
import time
import unittest
from pathlib import Path

from place import Daemon, Place, until
from daemon import Engine

PROGRAM = os.environ["DIORAMA_CHAOS"]


def ip(*words):
    subprocess.run(["ip", *words], check=True)


class PrivateEngine(Engine):
    def __init__(self):
        self.folder = Path(tempfile.mkdtemp(prefix="diorama-engine."))
        super().__init__(str(self.folder / "socket"))
        self.process = None
        self.bridge = f"chaos{os.getpid()}"
        network = Engine().free_range().replace(".0.0/16", ".255.1/28")
        ip("link", "add", self.bridge, "type", "bridge")
        ip("address", "add", network, "dev", self.bridge)

    def start(self):
        options = {
            "host": f"unix://{self.path}",
            "data-root": self.folder / "data",
            "exec-root": self.folder / "exec",
            "pidfile": self.folder / "pid",
            "bridge": self.bridge,
            "iptables": "false",
            "ip6tables": "false",
            "ip-forward": "false",
            "ip-masq": "false",
            "userland-proxy": "false",
            "live-restore": "false",
            "shutdown-timeout": "1",
        }
        # If this test dies, whatever kills it, all of it goes too.
        alone = ["setpriv", "--pdeathsig", "KILL", "unshare", "--mount", "--pid", "--fork"]
        words = [f"--{name}={value}" for name, value in options.items()]
        # Numbers of processes begin anew with each namespace: an old one names somebody else.
        for file in ("pid", "exec/containerd/containerd.pid"):
            (self.folder / file).unlink(missing_ok=True)
        with open(self.folder / "log", "ab") as log:
            self.process = subprocess.Popen(
                [*alone, "--kill-child", "--mount-proc", "dockerd", *words],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log,
            )
        until(self.answers, "a Docker Engine of our own", every=0.1)
        return self

    def answers(self):
        if self.process.poll() is not None:
            raise AssertionError((self.folder / "log").read_text()[-3000:])
        try:
            return self.get("/version")
        except (OSError, AssertionError):
            return False

    def die(self):
        """At once, and its containers with it."""
        self.process.kill()
        self.process.wait()

    def restart(self):
        """As an upgrade does it: containers are stopped first."""
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text()
        os.kill(int(children.split()[0]), signal.SIGTERM)
        self.process.wait(30)
        self.start()

    def end(self):
        self.die()
        ip("link", "delete", self.bridge)
        shutil.rmtree(self.folder, ignore_errors=True)


class Patient(Daemon):
    """Looks more often, so that the test need not wait for a minute each time."""

    def launch(self, program=PROGRAM, **settings):
        super().launch(program, CHAOS_RESYNC="2", **settings)


class EngineRestarts(Place):
    def setUp(self):
        self.engine = PrivateEngine()
        self.addCleanup(self.engine.end)
        self.engine.start()
        self.make_place()

    def make_daemon(self, configuration, **settings):
        return Patient(configuration, engine=self.engine, **settings)

    def health(self):
        answer = self.daemon.api("GET", "/health", token="")
        return answer.status, answer.json["services"]["docker"]

    def test_H11_the_docker_engine_restarted_under_scenes_and_deployments_all_comes_back(self):
        self.push("a")
        first = self.open("a")
        self.converge()

        self.engine.die()
        until(lambda: self.health() == (503, "unavailable"), "the daemon to say so")
        deployments = len(self.daemon.deployments(self.environments()[first]["id"]))
        self.engine.start()
        self.converge()
        self.assertEqual(self.health(), (200, "healthy"))

        # In the middle of two deployments: one of what serves, one of what does not yet.
        self.push("a")
        self.push("b")
        second = self.open("b")
        building = lambda: len(self.daemon.deployments(self.environments()[first]["id"])) > deployments  # noqa: E731
        until(building, "a deployment")
        time.sleep(0.5)
        self.engine.die()
        time.sleep(1)
        self.engine.start()
        self.push("a")
        self.push("b")
        self.converge(120)

        # And while they are taken down.
        self.close(first)
        self.engine.restart()
        self.close(second)
        self.converge(120)
        self.assertEqual(self.daemon.left(), {})


if __name__ == "__main__":
    unittest.main(verbosity=2)
