"""What the end-to-end tests stand on: a real daemon, a real Docker Engine, real repositories.

Everything made here has a folder, a port and an installation of its own, so that tests may run
side by side with each other and with whatever else lives on the machine.
"""

import http.client
import json
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.parse
from pathlib import Path

SOURCE = Path(__file__).resolve().parents[2]
PROGRAM = os.environ.get("DIORAMA_PROGRAM", str(SOURCE / "build/dev/src/diorama"))
DOCKER_SOCKET = "/var/run/docker.sock"


def until(condition, what, limit=60.0, every=0.02):
    """Polls until `condition()` is true, and gives what it gave."""
    end = time.monotonic() + limit
    while True:
        found = condition()
        if found:
            return found
        if time.monotonic() > end:
            raise AssertionError(f"waited {limit:.0f} s for {what}")
        time.sleep(every)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Answer:
    def __init__(self, status, headers, body):
        self.status = status
        self.headers = headers
        self.text = body.decode("utf-8", "replace")

    @property
    def json(self):
        return json.loads(self.text)

    def __repr__(self):
        return f"HTTP {self.status}: {self.text[:400]}"


def ask(connection, method, path, body=None, headers=None):
    try:
        connection.request(method, path, body, headers or {})
        response = connection.getresponse()
        return Answer(response.status, response.headers, response.read())
    finally:
        connection.close()


class UnixConnection(http.client.HTTPConnection):
    def __init__(self, path):
        super().__init__("docker", timeout=60)
        self.path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.connect(self.path)


class Engine:
    """A Docker Engine as it is, asked by nobody but the test."""

    def __init__(self, path=DOCKER_SOCKET):
        self.path = path

    def get(self, path, **filters):
        if filters:
            path += "filters=" + urllib.parse.quote(json.dumps(filters))
        answer = ask(UnixConnection(self.path), "GET", path)
        assert answer.status == 200, answer
        return answer.json

    def post(self, path):
        answer = ask(UnixConnection(self.path), "POST", path)
        assert answer.status < 300, answer

    def objects(self, installation):
        """Names by type of all that carries the installation's label."""
        label = [f"diorama.installation={installation}"]
        containers = self.get("/containers/json?all=1&", label=label)
        return {
            "container": sorted(c["Names"][0].strip("/") for c in containers),
            "network": sorted(n["Name"] for n in self.get("/networks?", label=label)),
            "volume": sorted(v["Name"] for v in self.get("/volumes?", label=label)["Volumes"] or []),
        }

    def containers(self, installation, service=None):
        label = [f"diorama.installation={installation}"]
        if service:
            label.append(f"diorama.service={service}")
        return self.get("/containers/json?all=1&", label=label)

    def images(self, installation):
        label = [f"diorama.installation={installation}"]
        return sorted(t for i in self.get("/images/json?", label=label) for t in i["RepoTags"] or ["?"])

    def free_range(self):
        taken = {
            ".".join(config["Subnet"].split(".")[:2])
            for network in self.get("/networks")
            for config in network["IPAM"]["Config"] or []
            if config.get("Subnet", "").startswith("10.")
        }
        free = [n for n in range(64, 256) if f"10.{n}" not in taken]
        return f"10.{random.choice(free)}.0.0/16"


class Repository:
    """A Git repository on this machine."""

    def __init__(self, folder):
        self.folder = Path(folder)
        self.folder.mkdir(parents=True)
        self.git("init", "--quiet")
        self.git("symbolic-ref", "HEAD", "refs/heads/main")

    def git(self, *words):
        environment = {
            "PATH": os.environ["PATH"],
            "GIT_CONFIG_GLOBAL": "/dev/null",
            "GIT_CONFIG_SYSTEM": "/dev/null",
            "GIT_AUTHOR_NAME": "Test",
            "GIT_AUTHOR_EMAIL": "test@localhost",
            "GIT_COMMITTER_NAME": "Test",
            "GIT_COMMITTER_EMAIL": "test@localhost",
        }
        done = subprocess.run(
            ["git", "-C", str(self.folder), *words], env=environment, capture_output=True, check=True
        )
        return done.stdout.decode().strip()

    def write(self, path, text):
        file = self.folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)

    def commit(self, message="change"):
        self.git("add", "--all")
        self.git("commit", "--quiet", "--allow-empty", "--message", message)
        return self.git("rev-parse", "HEAD")


PAGE = "page/www/index.html"


def shop(folder):
    """examples/shop as a person would have it: a page, an API with a volume, a worker."""
    repository = Repository(folder)
    shutil.copytree(SOURCE / "examples/shop", folder, dirs_exist_ok=True)
    for service in ("page", "api", "worker"):
        shutil.copy("/bin/busybox", Path(folder) / service / "busybox")
    repository.commit("Open the shop")
    return repository


COMPOSE = "services:\n  page:\n    build: .\n    ports: ['8080']\n"
DOCKERFILE = (
    "FROM scratch\nCOPY busybox /bin/busybox\nCOPY www /www\nEXPOSE 8080\nUSER 10001:10001\n"
    'ENTRYPOINT ["/bin/busybox", "httpd", "-f", "-p", "8080", "-h", "/www"]\n'
)


def small(folder, text="one"):
    """One service with a page: the smallest that can be seen."""
    repository = Repository(folder)
    shutil.copy("/bin/busybox", Path(folder) / "busybox")
    repository.write("compose.yaml", COMPOSE)
    repository.write("Dockerfile", DOCKERFILE)
    repository.write("www/index.html", text)
    repository.commit("Begin")
    return repository


class Daemon:
    """`diorama serve` in a folder of its own, which may be killed and started again."""

    def __init__(self, configuration="", engine=None, **settings):
        self.engine = engine or Engine()
        self.folder = Path(tempfile.mkdtemp(prefix="diorama-e2e."))
        self.data = self.folder / "data"
        self.log = self.folder / "log"
        self.configuration = self.folder / "diorama.toml"
        self.configuration.write_text(configuration)
        self.settings = {
            "PATH": os.environ["PATH"],
            "DIORAMA_API_LISTEN": "127.0.0.1:0",
            "DIORAMA_GATEWAY_LISTEN": "127.0.0.1:0",
            "DIORAMA_REPOSITORIES_LOCAL": "true",
            "DIORAMA_NETWORK_SUBNETS": self.engine.free_range(),
            "DIORAMA_DOCKER_HOST": f"unix://{self.engine.path}",
            # As many as the test asks for, whatever this machine has.
            "DIORAMA_LIMITS_ENVIRONMENTS": "0",
            "DIORAMA_LIMITS_TOTAL_MEMORY": "0",
            "DIORAMA_LIMITS_TOTAL_CPUS": "0",
            **settings,
        }
        self.process = None
        self.installation = None
        # If this test dies, whatever kills it, its daemon and scenes go too.
        self.guard = subprocess.Popen(
            [sys.executable, "-B", str(Path(__file__).with_name("guard.py")), str(self.folder)],
            stdin=subprocess.PIPE,
            start_new_session=True,
        )

    def launch(self, program=PROGRAM, **settings):
        (self.data / "ports").unlink(missing_ok=True)
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(
                [program, "serve", "--config", str(self.configuration), "--data", str(self.data)],
                env={**self.settings, **settings},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def start(self):
        self.launch()
        until(self.is_ready, "a daemon that is ready")
        self.installation = self.get("/api/v1/version")["installation"]
        return self

    def is_ready(self):
        if self.process.poll() is not None:
            raise AssertionError(f"the daemon ended:\n{self.log.read_text()[-4000:]}")
        try:
            api, gateway = (self.data / "ports").read_text().split()
        except (OSError, ValueError):
            return False
        self.api_port, self.gateway_port = int(api), int(gateway)
        return self.api("GET", "/health/ready", token="").status == 200

    def kill(self):
        """As a crash does it: nothing is finished, nothing is said."""
        self.process.kill()
        self.process.wait()
        self.process = None

    def stop(self):
        if not self.process:
            return
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.kill()
            raise AssertionError("the daemon does not end when it is asked to") from None
        self.process = None

    @property
    def token(self):
        return (self.data / "admin.token").read_text().strip()

    def api(self, method, path, body=None, token=None, headers=None):
        headers = dict(headers or {})
        token = self.token if token is None else token
        if token:
            headers["Authorization"] = f"Bearer {token}"
        if isinstance(body, dict):
            body = json.dumps(body)
        if body is not None:
            headers.setdefault("Content-Type", "application/json")
        connection = http.client.HTTPConnection("127.0.0.1", self.api_port, timeout=120)
        return ask(connection, method, path, body, headers)

    def command(self, *words):
        """What a person types, and what comes of it."""
        server = f"http://127.0.0.1:{self.api_port}"
        return subprocess.run(
            [PROGRAM, *words],
            env={**self.settings, "DIORAMA_SERVER": server, "DIORAMA_TOKEN": self.token},
            capture_output=True,
            text=True,
        )

    def get(self, path):
        answer = self.api("GET", path)
        assert answer.status == 200, answer
        return answer.json

    def deploy(self, repository, prefer="wait=120", **what):
        body = {"repository": str(repository.folder), **(what or {"branch": "main"})}
        return self.api("POST", "/api/v1/environments", body, headers={"Prefer": prefer})

    def environment(self, name):
        return self.get(f"/api/v1/environments/{urllib.parse.quote(name, safe='')}")

    def deployments(self, name):
        return self.get(f"/api/v1/environments/{name}/deployments?limit=100")["items"]

    def lines(self, name, query=""):
        return self.get(f"/api/v1/environments/{name}/logs?limit=1000{query}")["items"]

    def page(self, environment, service="page", path="/", method="GET"):
        """What a browser gets for a service through the gateway."""
        found = [s for s in environment["services"] if s["name"] == service]
        host = urllib.parse.urlsplit(found[0]["url"]).netloc
        return self.visit(host, path, method)

    def builds(self):
        """Containers of the steps of builds that run now."""
        network = f"diorama-build-{self.installation[-8:]}"
        return self.engine.get("/containers/json?", network=[network])

    def visit(self, host, path="/", method="GET"):
        connection = http.client.HTTPConnection("127.0.0.1", self.gateway_port, timeout=30)
        return ask(connection, method, path, headers={"Host": host})

    def inventory(self):
        """Names by type of all the daemon believes to own."""
        found = {"container": [], "network": [], "volume": []}
        for entry in self.get("/api/v1/inventory")["items"]:
            found.setdefault(entry["type"], []).append(entry["name"])
        return {kind: sorted(names) for kind, names in found.items()}

    def destroy(self, name):
        answer = self.api("DELETE", f"/api/v1/environments/{name}")
        assert answer.status == 202, answer
        until(lambda: self.environment(name)["state"] == "destroyed", f"the end of {name}")

    def left(self):
        """All that still stands of this installation, by type."""
        found = {**self.engine.objects(self.installation), "image": self.engine.images(self.installation)}
        found["inventory"] = [n for names in self.inventory().values() for n in names]
        return {kind: names for kind, names in found.items() if names}

    def end(self):
        """Takes everything down, and says what could not be."""
        try:
            if not self.process:
                self.start()
            for environment in self.get("/api/v1/environments?limit=1000")["items"]:
                if environment["state"] != "destroyed":
                    self.destroy(environment["id"])
            until(lambda: not self.left(), "nothing to be left", limit=20)
            self.stop()
            until(lambda: not self.behind(), "an orderly stop to leave nothing", limit=5)
            self.guard.stdin.write(b"done")
        except AssertionError as failed:
            left = self.left() if self.process else self.behind()
            raise AssertionError(f"{failed}; left: {left}\n{self.log.read_text()[-3000:]}") from failed
        finally:
            self.guard.stdin.close()
            self.guard.wait(60)
            shutil.rmtree(self.folder, ignore_errors=True)

    def behind(self):
        """What of this installation belongs to no scene: the network for builds, the packet filter."""
        mark = self.installation[-8:]
        label = [f"diorama.build={self.installation}"]
        networks = [n["Name"] for n in self.engine.get("/networks?", label=label)]
        tables = subprocess.run(["nft", "list", "tables"], check=True, capture_output=True, text=True).stdout
        return networks + [t for t in tables.splitlines() if t == f"table inet diorama_{mark}"]
