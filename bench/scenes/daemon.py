"""A Diorama of its own for a measurement: temporary data, free ports, nothing left behind."""

import glob
import http.client
import json
import os
import shutil
import signal
import subprocess
import tempfile
import time

import engine
import shop

PROGRAM = os.path.join(shop.ROOT, "build", "release", "src", "diorama")


class Daemon:
    """Runs without the packet filter, which costs a scene nothing to put up. `settings` are
    environment variables, `configuration` is a diorama.toml."""

    def __init__(self, configuration="", **settings):
        self.settings = settings
        self.data = tempfile.mkdtemp(prefix="diorama-bench-")
        self.range = engine.free_range()
        self.process = None
        self.installation = None
        self.log = open(os.path.join(self.data, "log"), "w", encoding="utf-8")
        self.configuration = os.path.join(self.data, "diorama.toml")
        with open(self.configuration, "w", encoding="utf-8") as file:
            file.write(configuration)

    def start(self):
        """Starts it; answers the seconds until /health/ready."""
        ports = os.path.join(self.data, "ports")
        if os.path.exists(ports):
            os.remove(ports)
        settings = {
            "DIORAMA_API_LISTEN": "127.0.0.1:0",
            "DIORAMA_GATEWAY_LISTEN": "127.0.0.1:0",
            "DIORAMA_REPOSITORIES_LOCAL": "true",
            "DIORAMA_NETWORK_SUBNETS": self.range + ".0.0/16",
            # As many as the test asks for, whatever this machine has.
            "DIORAMA_LIMITS_ENVIRONMENTS": "0",
            "DIORAMA_LIMITS_TOTAL_MEMORY": "0",
            "DIORAMA_LIMITS_TOTAL_CPUS": "0",
            "DIORAMA_NETWORK_FILTER": "off",
            **self.settings,
        }
        begun = time.monotonic()
        self.process = subprocess.Popen(
            [PROGRAM, "serve", "--config", self.configuration, "--data", self.data],
            env={**os.environ, **settings},
            stdout=self.log,
            stderr=self.log,
        )
        while not self.answers(ports):
            if self.process.poll() is not None or time.monotonic() - begun > 60:
                raise engine.Failed(f"diorama serve did not get ready: {self.last_words()}")
            time.sleep(0.002)
        took = time.monotonic() - begun
        self.installation = self.ask("GET", "/api/v1/version")["installation"]
        return took

    def answers(self, ports):
        try:
            with open(ports, encoding="ascii") as file:
                self.api, self.gateway = (int(word) for word in file.read().split())
            self.ask("GET", "/health/ready", public=True)
        except (OSError, ValueError, engine.Failed, http.client.HTTPException):
            return False
        return True

    def last_words(self):
        with open(self.log.name, encoding="utf-8", errors="replace") as file:
            return "".join(file.readlines()[-5:])

    def ask(self, method, path, body=None, headers=None, public=False):
        headers = dict(headers or {})
        if not public:
            with open(os.path.join(self.data, "admin.token"), encoding="ascii") as file:
                headers["Authorization"] = "Bearer " + file.read().strip()
        connection = http.client.HTTPConnection("127.0.0.1", self.api, timeout=120)
        try:
            return engine.ask(connection, method, path, body, headers)
        finally:
            connection.close()

    def put_up(self, repository, branch, prefer="wait=60"):
        wish = {"repository": repository, "branch": branch}
        return self.ask("POST", "/api/v1/environments", wish, {"Prefer": prefer})

    def put_up_ready(self, repository, branch):
        environment = self.put_up(repository, branch)
        if environment["state"] != "ready" or environment["generation"] != environment["serving"]:
            raise engine.Failed(f"{branch} is not ready: {json.dumps(environment)[:800]}")
        return environment

    def take_down(self, environment, limit=60):
        path = "/api/v1/environments/" + environment["id"]
        self.ask("DELETE", path)
        end = time.monotonic() + limit
        while self.ask("GET", path)["state"] != "destroyed":
            if time.monotonic() > end:
                raise engine.Failed(f"{environment['slug']} did not go within {limit} s")
            time.sleep(0.05)

    def kill(self):
        self.process.kill()
        self.process.wait()

    def stop(self):
        """Ends it and removes all it made, by the labels its objects carry."""
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                self.kill()
        for label in ("diorama.installation", "diorama.build"):
            if self.installation:
                engine.remove_labelled(f"{label}={self.installation}")
        self.log.close()
        shutil.rmtree(self.data, ignore_errors=True)


def end_with_us():
    """Lets whoever ends this program end it in order, so that what it put up goes too. Python
    would end at once, and leave it."""

    def leave(number, _):
        for each in (signal.SIGTERM, signal.SIGHUP):
            signal.signal(each, signal.SIG_IGN)
        raise SystemExit(128 + number)

    for each in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(each, leave)


def resident_mib(pid):
    with open(f"/proc/{pid}/status", encoding="ascii") as file:
        for line in file:
            if line.startswith("VmRSS"):
                return int(line.split()[1]) / 1024
    raise engine.Failed(f"process {pid} is gone")


def cpu_seconds(pid):
    """schedstat counts in nanoseconds what stat counts in ticks; threads that ended are lost to
    both sides of a difference alike."""
    total = 0
    for task in glob.glob(f"/proc/{pid}/task/*/schedstat"):
        with open(task, encoding="ascii") as file:
            total += int(file.read().split()[0])
    return total / 1e9


def share_of_a_core(pids, period):
    """How much of one core each process uses over `period` seconds, in percent."""
    begun, before = time.monotonic(), [cpu_seconds(pid) for pid in pids]
    time.sleep(period)
    over = time.monotonic() - begun
    return [100 * (cpu_seconds(pid) - was) / over for pid, was in zip(pids, before)]
