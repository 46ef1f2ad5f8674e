"""The Docker Engine API over its unix socket, in as few calls as a person would make by hand."""

import http.client
import json
import os
import socket
import struct
import urllib.parse

SOCKET = "/var/run/docker.sock"


class Failed(Exception):
    """A call that was refused: the status, and what the other side said."""


class UnixConnection(http.client.HTTPConnection):
    def __init__(self):
        super().__init__("docker", timeout=300)

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(self.timeout)
        self.sock.connect(SOCKET)


def ask(connection, method, path, body=None, headers=None):
    """The answer's JSON (or text); anything but 2xx and 304 is `Failed`."""
    if isinstance(body, (dict, list)):
        body = json.dumps(body).encode()
        headers = {"Content-Type": "application/json", **(headers or {})}
    connection.request(method, path, body=body, headers=headers or {})
    response = connection.getresponse()
    text = response.read()
    if response.status >= 300 and response.status != 304:
        raise Failed(f"{method} {path}: {response.status} {text.decode(errors='replace')[:500]}")
    try:
        return json.loads(text) if text else None
    except ValueError:
        return text.decode(errors="replace")


def call(method, path, body=None, headers=None, **query):
    connection = UnixConnection()
    try:
        if query:
            path += "?" + urllib.parse.urlencode(query)
        return ask(connection, method, "/v1.41" + path, body, headers)
    finally:
        connection.close()


def find(what, *labels):
    """Containers, networks, images or volumes that carry all `labels` ("key=value")."""
    path = {"containers": "/containers/json", "images": "/images/json"}.get(what, "/" + what)
    query = {"filters": json.dumps({"label": list(labels)})}
    if what == "containers":
        query["all"] = "1"
    found = call("GET", path, **query)
    return (found["Volumes"] or []) if what == "volumes" else found


def remove_labelled(*labels):
    """Takes away everything that carries `labels`; what is gone already is no failure."""
    for container in find("containers", *labels):
        forgiving("DELETE", f"/containers/{container['Id']}", force=1, v=1)
    for network in find("networks", *labels):
        forgiving("DELETE", f"/networks/{network['Id']}")
    for volume in find("volumes", *labels):
        forgiving("DELETE", f"/volumes/{volume['Name']}", force=1)
    for image in find("images", *labels):
        forgiving("DELETE", f"/images/{image['Id']}", force=1)


def forgiving(method, path, **query):
    try:
        call(method, path, **query)
    except Failed as failure:
        if ": 404 " not in str(failure) and ": 409 " not in str(failure):
            raise


def free_range():
    """A /16 of 10/8 that neither a network of the Engine nor a route of this machine touches."""
    taken = set()
    for network in call("GET", "/networks"):
        for one in (network["IPAM"] or {}).get("Config") or []:
            taken.add(".".join(one["Subnet"].split(".")[:2]))
    with open("/proc/net/route", encoding="ascii") as file:
        for line in file.readlines()[1:]:
            raw = bytes.fromhex(line.split()[1])[::-1]
            taken.add(f"{raw[0]}.{raw[1]}")
    for second in range(200 + os.getpid() % 50, 256):
        if f"10.{second}" not in taken:
            return f"10.{second}"
    raise Failed("no 10.2xx.0.0/16 is free on this engine: remove networks nobody uses")


def pid():
    """Of the process that listens: the Engine itself."""
    with socket.socket(socket.AF_UNIX) as probe:
        probe.connect(SOCKET)
        credentials = probe.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12)
    return struct.unpack("3i", credentials)[0]
