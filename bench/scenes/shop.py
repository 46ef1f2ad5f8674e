"""examples/shop as a git repository, and the same three services by plain Docker calls."""

import concurrent.futures
import http.client
import io
import json
import os
import shutil
import subprocess
import tarfile
import time

import engine

ROOT = os.path.realpath(os.path.join(os.path.dirname(__file__), "..", ".."))
SERVICES = ("page", "api", "worker")


def git(folder, *words):
    identity = ["-c", "user.name=bench", "-c", "user.email=bench@example.test"]
    done = subprocess.run(
        ["git", "-C", folder, *identity, *words], check=True, capture_output=True, text=True
    )
    return done.stdout.strip()


def commit(folder, what):
    git(folder, "add", "-A")
    git(folder, "commit", "-q", "--allow-empty", "-m", what)


def write(folder, path, text):
    path = os.path.join(folder, path)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)


def lay_out(folder):
    shutil.copytree(os.path.join(ROOT, "examples", "shop"), folder)
    salt(folder, "first")


def salt(folder, word):
    """Bytes after the program's end: it runs as before, and no layer of it was ever built."""
    with open("/bin/busybox", "rb") as file:
        program = file.read()
    for service in SERVICES:
        path = os.path.join(folder, service, "busybox")
        with open(path, "wb") as file:
            file.write(program + f"\n{service} {word} {time.time_ns()}\n".encode())
        os.chmod(path, 0o755)
    show(folder, word)


def show(folder, word):
    write(folder, "page/www/index.html", f"<!doctype html><title>Corner shop</title>{word}\n")


def page_of(host, port, name=None):
    """The body of GET /, or nothing when nobody answers with 200."""
    connection = http.client.HTTPConnection(host, port, timeout=5)
    try:
        connection.request("GET", "/", headers={"Host": name} if name else {})
        response = connection.getresponse()
        body = response.read().decode(errors="replace")
        return body if response.status == 200 else None
    except (OSError, http.client.HTTPException):
        return None
    finally:
        connection.close()


def wait_for_page(host, port, word, name=None, limit=60):
    end = time.monotonic() + limit
    while time.monotonic() < end:
        if word in (page_of(host, port, name) or ""):
            return
        time.sleep(0.003)
    raise engine.Failed(f"no page with '{word}' at {name or host}:{port} within {limit} s")


def context(folder):
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as tar:
        tar.add(folder, arcname=".")
    return packed.getvalue()


def nanoseconds(milliseconds):
    return milliseconds * 1_000_000


CHECKS = {
    "api": {
        "Test": ["CMD", "/bin/busybox", "nc", "127.0.0.1", "8000", "-e", "/bin/busybox", "true"],
        "Interval": nanoseconds(500),
        "Retries": 10,
    },
    "worker": {
        "Test": ["CMD", "/bin/busybox", "test", "-e", "/tmp/seen"],
        "Interval": nanoseconds(500),
        "Retries": 20,
    },
}


class ByHand:
    """What compose.yaml asks, said to the Engine directly: two builds at once and each service as
    soon as what it depends on is well, as the daemon does it, with the same limits."""

    def __init__(self, folder, name, subnet):
        self.folder, self.name, self.subnet = folder, name, subnet
        self.label = {"bench.scene": name}

    def build(self, service):
        engine.call(
            "POST",
            "/build",
            context(os.path.join(self.folder, service)),
            {"Content-Type": "application/x-tar"},
            t=f"{self.name}-{service}",
            labels=json.dumps(self.label),
            version=1,
            rm=1,
        )

    def start(self, service, **more):
        host = {
            "Memory": 512 << 20,
            "NanoCpus": 500_000_000,
            "PidsLimit": 512,
            "SecurityOpt": ["no-new-privileges"],
            "LogConfig": {"Type": "json-file", "Config": {"max-size": "10m", "max-file": "2"}},
            **more.pop("HostConfig", {}),
        }
        body = {
            "Image": f"{self.name}-{service}",
            "Labels": self.label,
            "HostConfig": {"NetworkMode": self.name, **host},
            "NetworkingConfig": {"EndpointsConfig": {self.name: {"Aliases": [service]}}},
            **more,
        }
        if service in CHECKS:
            body["Healthcheck"] = CHECKS[service]
        made = engine.call("POST", "/containers/create", body)["Id"]
        engine.call("POST", f"/containers/{made}/start")
        while service in CHECKS:
            state = engine.call("GET", f"/containers/{made}/json")["State"]
            if state["Health"]["Status"] == "healthy":
                break
            if not state["Running"]:
                raise engine.Failed(f"{service} ended by hand: {state}")
            time.sleep(0.025)
        return made

    def start_page(self, word):
        made = self.start("page")
        networks = engine.call("GET", f"/containers/{made}/json")["NetworkSettings"]["Networks"]
        wait_for_page(networks[self.name]["IPAddress"], 8080, word)

    def start_api_then_worker(self):
        self.start("api", HostConfig={"Binds": [f"{self.name}:/data"]})
        self.start(
            "worker",
            Env=["API=http://api:8000/cgi-bin/stock", "EVERY=5"],
            HostConfig={"Tmpfs": {"/tmp": "size=64m"}},
        )

    def up(self, word):
        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            list(pool.map(self.build, SERVICES))
            pools = [{"Subnet": self.subnet}]
            engine.call(
                "POST",
                "/networks/create",
                {"Name": self.name, "Labels": self.label, "IPAM": {"Config": pools}},
            )
            engine.call("POST", "/volumes/create", {"Name": self.name, "Labels": self.label})
            both = [pool.submit(self.start_page, word), pool.submit(self.start_api_then_worker)]
            for one in both:
                one.result()

    def renew_page(self, word):
        """A second page beside the first, as an update without a gap needs it."""
        self.build("page")
        self.start_page(word)

    def down(self):
        engine.remove_labelled(f"bench.scene={self.name}")
