"""A scene of one service that holds some memory, and the same container by plain Docker calls."""

import os
import shutil
import socket
import time

import engine
import shop

MEMORY_MIB = 32
PAGE = "awake\n"

# The page answers at once; the ballast comes a second later, so that it takes nothing of the
# container's share of the processor from the first visitor. The shell that holds it must not become
# its last command.
BALLAST = (
    f"/bin/busybox sleep 1; x=$(/bin/busybox head -c {MEMORY_MIB << 20} /dev/zero"
    " | /bin/busybox tr '\\0' x); /bin/busybox sleep 1000000; :"
)
SERVE = "exec /bin/busybox httpd -f -p 8080 -h /www"
DOCKERFILE = (
    "FROM scratch\nCOPY busybox /bin/busybox\nCOPY www /www\nCOPY run /run.sh\nEXPOSE 8080\n"
    # Whoever is process 1 and handles no SIGTERM is waited for; that is not what is measured.
    'STOPSIGNAL SIGKILL\nENTRYPOINT ["/bin/busybox", "sh", "/run.sh"]\n'
)


def lay_out(folder):
    shop.write(folder, "compose.yaml", "services:\n  page:\n    build: .\n    ports: ['8080']\n")
    shop.write(folder, "Dockerfile", DOCKERFILE)
    shop.write(folder, "run", f"({BALLAST}) &\n{SERVE}\n")
    shop.write(folder, "www/index.html", PAGE)
    shutil.copy("/bin/busybox", os.path.join(folder, "busybox"))
    shop.git(folder, "init", "-q", "-b", "main")
    shop.commit(folder, "a scene that holds some memory")


def first_byte(address, port, host, limit=60):
    """Seconds until the first byte of the page; a connection that is refused is tried again."""
    begun = time.monotonic()
    while True:
        try:
            with socket.create_connection((address, port), timeout=limit) as wire:
                wire.sendall(f"GET / HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n".encode())
                first = wire.recv(1)
                took = time.monotonic() - begun
                said = first + b"".join(iter(lambda: wire.recv(65536), b""))
            if not first:
                raise ConnectionError("closed")
        except (ConnectionError, TimeoutError) as failure:
            if time.monotonic() - begun > limit:
                raise engine.Failed(f"nothing from {host}: {failure}") from failure
            time.sleep(0.0005)
            continue
        if not said.startswith(b"HTTP/1.1 200") and not said.startswith(b"HTTP/1.0 200"):
            raise engine.Failed(f"{host} says: {said[:300]!r}")
        return took


def resident_mib(container):
    """What the container's processes hold, by its cgroup, of either version; 0 when it has none."""
    pid = engine.call("GET", f"/containers/{container}/json")["State"]["Pid"]
    if not pid:
        return 0.0
    with open(f"/proc/{pid}/cgroup", encoding="ascii") as file:
        places = [line.strip().split(":", 2) for line in file]
    for _, controllers, path in places:
        if controllers == "memory":
            return _figure(f"/sys/fs/cgroup/memory{path}/memory.stat", "total_rss") / 2**20
    for _, controllers, path in places:
        if not controllers:
            return _figure(f"/sys/fs/cgroup{path}/memory.stat", "anon") / 2**20
    raise engine.Failed(f"no memory cgroup of process {pid}")


def _figure(path, name):
    with open(path, encoding="ascii") as file:
        for line in file:
            word, _, value = line.partition(" ")
            if word == name:
                return int(value)
    raise engine.Failed(f"no {name} in {path}")


def settled_memory(container):
    """Once the ballast is whole."""
    end = time.monotonic() + 60
    while (held := resident_mib(container)) < MEMORY_MIB:
        if time.monotonic() > end:
            raise engine.Failed(f"the ballast does not come: {held} MiB")
        time.sleep(0.05)
    return held


class ByHand:
    """The scene's container as a person would make it, at an address that stays."""

    def __init__(self, name, image, subnet):
        self.name, self.image = name, image
        # A container takes after its image: the daemon shall not think this one its own.
        self.label = {"bench.scene": name, "diorama.installation": "", "diorama.managed": ""}
        self.subnet = subnet
        parts = subnet.split("/")[0].split(".")
        self.address = ".".join([*parts[:3], str(int(parts[3]) + 9)])
        self.container = None

    def create(self):
        engine.call(
            "POST",
            "/networks/create",
            {"Name": self.name, "Labels": self.label, "IPAM": {"Config": [{"Subnet": self.subnet}]}},
        )
        host = {
            "NetworkMode": self.name,
            "Memory": 512 << 20,
            "NanoCpus": 500_000_000,
            "PidsLimit": 512,
            "SecurityOpt": ["no-new-privileges"],
            "LogConfig": {"Type": "json-file", "Config": {"max-size": "10m", "max-file": "2"}},
        }
        place = {"IPAMConfig": {"IPv4Address": self.address}}
        body = {
            "Image": self.image,
            "Labels": self.label,
            "HostConfig": host,
            "NetworkingConfig": {"EndpointsConfig": {self.name: place}},
        }
        self.container = engine.call("POST", "/containers/create", body)["Id"]

    def do(self, verb, **query):
        engine.call("POST", f"/containers/{self.container}/{verb}", **query)

    def rest(self, rung):
        if rung == "frozen":
            self.do("pause")
        elif rung == "stopped":
            self.do("stop", t=1)
        else:
            self.remove()

    def wake(self, rung):
        """Seconds from the call to the first byte."""
        begun = time.monotonic()
        if rung == "frozen":
            self.do("unpause")
        else:
            if rung == "archived":
                self.create()
            self.do("start")
        first_byte(self.address, 8080, "page")
        return time.monotonic() - begun

    def remove(self):
        engine.remove_labelled(f"bench.scene={self.name}")
