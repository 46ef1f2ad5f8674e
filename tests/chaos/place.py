"""Pull requests on a forge of our own, their scenes, and what must be true of both in the end.

A scene has a page, a store with a volume, and a job that has to end well before the page starts.
"""

import http.client
import io
import os
import shutil
import sys
import tarfile
import unittest
from pathlib import Path

SOURCE = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(SOURCE / "tests/e2e"), str(SOURCE / "tests/support")]

from daemon import Daemon, Repository, UnixConnection, ask, free_port, until  # noqa: E402
from hub import Hub  # noqa: E402

REPOSITORY = "ada/shop"
SECRET = "the-shop-signs-with-this"
TOOL = f"diorama-chaos-tool:{os.getpid()}"  # What the job runs: an image that a manifest names.
COMPOSE = f"""x-diorama:
  main: page
services:
  page:
    build: ./page
    ports: ["8080"]
    depends_on:
      job: {{condition: service_completed_successfully}}
  store:
    build: ./store
    ports: ["8000"]
    volumes: ["kept:/kept"]
    stop_signal: SIGKILL
  job:
    image: {TOOL}
    command: ["/bin/busybox", "true"]
volumes:
  kept:
"""
DOCKERFILE = (
    "FROM scratch\nCOPY busybox /bin/busybox\nCOPY www /www\nCOPY begin /begin\nEXPOSE {port}\n"
    'CMD ["/bin/busybox", "sh", "/begin"]\n'
)
BEGIN = "exec /bin/busybox httpd -f -p {port} -h /www\n"
FINAL = {"success", "failed", "superseded"}
OBJECTS = ("container", "network", "volume")


def load_tool(engine):
    """Makes the image that the job's service names, where it is not there yet."""
    archive = io.BytesIO()
    with tarfile.open(fileobj=archive, mode="w") as tar:
        tar.add("/bin/busybox", "bin/busybox")
    repository, tag = TOOL.split(":")
    path = f"/images/create?fromSrc=-&repo={repository}&tag={tag}"
    answer = ask(UnixConnection(engine.path), "POST", path, archive.getvalue())
    assert answer.status == 200, answer


def drop_tool(engine):
    ask(UnixConnection(engine.path), "DELETE", f"/images/{TOOL}")


class Place(unittest.TestCase):
    """`self.pulls` holds what every pull request was brought to, `self.named` the commits of scenes
    that were asked for by name: what must come true."""

    rules = ""  # More of diorama.toml.

    def make_place(self, **settings):
        self.hub = Hub(os.environ["DIORAMA_HUB"])
        self.addCleanup(self.hub.close)
        self.hub.control("limit", hourly=1_000_000, writes_a_minute=1_000_000)
        self.port = free_port()  # The same after each death: webhooks find it again.
        self.daemon = self.make_daemon(
            f'[github]\nwebhook_secret = "{SECRET}"\ntoken = "{self.hub.token}"\npoll = "1s"\n'
            f'api = "{self.hub.url}"\nweb = "{self.hub.url}"\n{self.rules}',
            DIORAMA_REPOSITORIES_PLAIN_HTTP="true",
            DIORAMA_API_LISTEN=f"127.0.0.1:{self.port}",
            **settings,
        )
        load_tool(self.daemon.engine)
        self.addCleanup(drop_tool, self.daemon.engine)
        self.daemon.start()
        self.addCleanup(self.daemon.end)
        self.texts, self.broken, self.branches = {}, set(), {}
        self.pulls, self.named = {}, {}
        self.make_repository()
        self.introduce()

    def make_daemon(self, configuration, **settings):
        return Daemon(configuration, **settings)

    def make_repository(self):
        self.hub.control("create", name=REPOSITORY)
        clone = Repository(self.daemon.folder / "shop")
        clone.write("compose.yaml", COMPOSE)
        for service, port in (("page", 8080), ("store", 8000)):
            clone.write(f"{service}/Dockerfile", DOCKERFILE.format(port=port))
            clone.write(f"{service}/begin", BEGIN.format(port=port))
            clone.write(f"{service}/www/index.html", "main")
            shutil.copy("/bin/busybox", clone.folder / service / "busybox")
        self.main = clone.commit("Open the shop")
        self.texts[self.main] = "main"
        target = self.hub.url.replace("://", f"://x:{self.hub.token}@") + f"/{REPOSITORY}.git"
        clone.git("push", "--quiet", target, "HEAD:refs/heads/main")
        url = f"http://127.0.0.1:{self.port}/webhooks/github"
        self.hub.control("hook", name=REPOSITORY, url=url, secret=SECRET, events=["pull_request"])

    def introduce(self):
        """Only a first webhook tells the daemon of a repository: afterwards all is found by looking."""
        self.push("hello")
        number = self.open("hello")
        known = lambda: self.daemon.get("/api/v1/projects")["items"]  # noqa: E731
        until(known, "the repository to be known")
        self.close(number)
        self.converge()
        del self.pulls[number]

    def push(self, branch, broken=False):
        """A new version of both services; a broken one's store ends at once. The commit."""
        text = f"version {len(self.texts)}"
        begin = "exit 3\n" if broken else BEGIN.format(port=8000)
        files = {f"{service}/www/index.html": text for service in ("page", "store")}
        commit = self.hub.control(
            "push", repository=REPOSITORY, branch=branch, files={**files, "store/begin": begin},
            **{"from": "main"},
        )["sha"]
        self.texts[commit] = text
        if broken:
            self.broken.add(commit)
        for pull in self.pulls.values():
            if pull["branch"] == branch:
                self.point(pull, commit)
        self.branches[branch] = commit
        return commit

    def point(self, pull, commit):
        """What shall serve is the newest commit that can."""
        pull["commit"] = commit
        if commit not in self.broken:
            pull["serves"] = commit

    def open(self, branch):
        number = self.hub.control("open", repository=REPOSITORY, head=branch, author="ada")["number"]
        self.pulls[number] = {"branch": branch, "open": True}
        self.point(self.pulls[number], self.branches[branch])
        return number

    def close(self, number):
        self.hub.control("close", repository=REPOSITORY, number=number)
        self.pulls[number]["open"] = False

    def reopen(self, number):
        self.hub.control("reopen", repository=REPOSITORY, number=number)
        self.pulls[number]["open"] = True

    # What must be true.

    def converge(self, limit=60):
        """Waits until nothing differs from what must be; says what does when it takes too long."""
        left = ["?"]

        def settled():
            try:
                left[:] = self.differences()
            except (OSError, http.client.HTTPException) as away:
                left[:] = [f"the daemon does not answer: {away!r}"]
            return not left

        try:
            until(settled, "all to be as it must be", limit, every=0.1)
        except AssertionError as late:
            log = self.daemon.log.read_text()[-6000:]
            raise AssertionError("\n".join([str(late), *left, log])) from None

    def environments(self):
        listed = self.daemon.get("/api/v1/environments?all=true&limit=1000")["items"]
        return {one["pull_request"]: one for one in listed if one.get("pull_request")}

    def differences(self):
        environments = self.environments()
        found = []
        for number, pull in self.pulls.items():
            one = environments.get(number)
            if pull["open"]:
                found += self.differs_open(number, pull, one)
            elif one and one["state"] != "destroyed":
                found.append(f"#{number} is closed, and its preview is {one['state']}")
            found += self.differs_words(number, pull, one)
        for name, commit in self.named.items():
            one = self.daemon.environment(name)
            if (one["state"], one.get("serving_commit")) != ("ready", commit):
                found.append(f"{name} is {one['state']} at {one.get('serving_commit')}")
        standing = sum(pull["open"] for pull in self.pulls.values()) + len(self.named)
        return found + self.differs_objects(standing)

    def differs_open(self, number, pull, one):
        if not one:
            return [f"#{number} has no preview"]
        state = "asleep" if pull.get("asleep") else "ready"
        if one["state"] != state or one.get("serving_commit") != pull["serves"]:
            return [f"#{number} is {one['state']} at {one.get('serving_commit')}: {one.get('cause')}"]
        if state == "asleep":
            return []  # A look at its page would wake it.
        whole = self.daemon.environment(one["id"])
        found = []
        for service in ("page", "store"):
            shown = self.daemon.page(whole, service).text
            if shown != self.texts[pull["serves"]]:
                found.append(f"{service} of #{number} says {shown!r}")
        for deployment in self.daemon.deployments(one["id"]):
            if deployment["status"] not in FINAL:
                found.append(f"a deployment of #{number} is {deployment['status']}")
        return found

    def differs_words(self, number, pull, one):
        """One comment that tells the truth; of what nobody was told of, none is as true."""
        comments = self.hub.ask("GET", f"/repos/{REPOSITORY}/issues/{number}/comments")[2]
        bodies = [comment["body"] for comment in comments]
        if not pull["open"] and (not bodies or not one):
            return []
        if len(bodies) != 1:
            return [f"#{number} has {len(bodies)} comments"]
        words = "Preview destroyed"
        if pull["open"]:
            words = "Preview ready" if pull["commit"] == pull["serves"] else "failed"
            if pull.get("asleep"):
                words = "Preview asleep"
        commit = pull["commit"][:7] if pull["open"] else ""
        if words not in bodies[0] or commit not in bodies[0]:
            return [f"the comment on #{number} says {bodies[0]!r}, not {words!r} of {commit}"]
        if not pull["open"]:
            return []
        wanted = "success" if pull["commit"] == pull["serves"] else "failure"
        path = f"/repos/{REPOSITORY}/commits/{pull['commit']}/statuses"
        states = [status["state"] for status in self.hub.ask("GET", path)[2]]
        return [] if states[:1] == [wanted] else [f"{pull['commit'][:7]} has the states {states}"]

    def differs_objects(self, standing):
        """Three containers for each scene, nothing that is not in the inventory, and of no scene no
        image: those of older versions may wait for the next cleanup."""
        there = self.daemon.engine.objects(self.daemon.installation)
        known = {kind: names for kind, names in self.daemon.inventory().items() if kind in OBJECTS}
        images = self.daemon.engine.images(self.daemon.installation)
        found = [] if there == known else [f"there is {there}, known is {known}"]
        if len(there["container"]) != 3 * standing:
            found.append(f"{len(there['container'])} containers of {standing} scenes")
        if images and not standing:
            found.append(f"the images {images} of no scene")
        return found

