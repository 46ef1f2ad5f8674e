#!/usr/bin/env python3
"""A pull request drives everything by itself: a forge that speaks GitHub's API, signed webhooks, the
built daemon, real Docker and git."""

import base64
import os
import sys
import time
import unittest
import urllib.parse

from daemon import SOURCE, Daemon, small, until

sys.path.insert(0, str(SOURCE / "tests/support"))
from hub import Hub  # noqa: E402

SECRET = "the-shop-signs-with-this"


class PullRequest(unittest.TestCase):
    def setUp(self):
        self.hub = Hub(os.environ["DIORAMA_HUB"])
        self.addCleanup(self.hub.close)
        self.hub.control("create", name="ada/shop", files={"README": "A shop\n"})
        self.daemon = Daemon(
            f'[github]\nwebhook_secret = "{SECRET}"\ntoken = "{self.hub.token}"\n'
            f'api = "{self.hub.url}"\nweb = "{self.hub.url}"\npoll = "1s"\n',
            DIORAMA_REPOSITORIES_PLAIN_HTTP="true",
        ).start()
        self.addCleanup(self.daemon.end)
        self.known = {}
        self.clone = small(self.daemon.folder / "shop")
        self.push("zero", branch="main")
        self.hook("ada/shop")

    def hook(self, repository):
        url = f"http://localhost:{self.daemon.gateway_port}/webhooks/github"
        self.hub.control("hook", name=repository, url=url, secret=SECRET)

    def push(self, text, branch="price", repository="ada/shop", token=None):
        """Commits a page that says `text` and pushes it as a person does; the commit."""
        self.clone.write("www/index.html", text)
        commit = self.clone.commit(f"Say {text}")
        login = base64.b64encode(f"x:{token or self.hub.token}".encode()).decode()
        header = f"http.extraHeader=Authorization: Basic {login}"
        target = f"{self.hub.url}/{repository}.git"
        self.clone.git("-c", header, "push", "--quiet", "--force", target, f"HEAD:refs/heads/{branch}")
        return commit

    def environment(self, number=1):
        """The preview of a pull request, once there is one; also after it was taken down."""
        for one in self.daemon.get("/api/v1/environments?limit=100")["items"]:
            if one["pull_request"] == number:
                self.known[number] = one["id"]
        return self.daemon.environment(self.known[number]) if number in self.known else None

    def serves(self, commit, text, number=1):
        """Waits until the preview of the pull request is at that commit, and shows its page."""

        def shown():
            environment = self.environment(number)
            return (
                environment
                and environment["state"] == "ready"
                and environment["serving_commit"] == commit
                and environment
            )

        environment = until(shown, f"commit {commit[:7]} to serve")
        self.assertEqual(self.daemon.page(environment).text, text)

    def comments(self, number=1):
        """Ours: people write there, too."""
        found = self.hub.ask("GET", f"/repos/ada/shop/issues/{number}/comments")[2]
        return [one for one in found if "<!-- diorama:" in one["body"]]

    def write(self, text, by="ada"):
        """Somebody writes it at the pull request; what became of it."""
        self.hub.control("comment", repository="ada/shop", number=1, value=text, by=by)
        return until(lambda: self.settled(text, by), f"{text!r} of {by} to be settled", limit=30)

    def settled(self, text, by):
        for one in self.daemon.get("/api/v1/deliveries?limit=20")["items"]:
            if one.get("command") == text and one["sender"] == by:
                return one["verdict"] not in ("waiting", "failed") and one
        return None

    def is_now(self, state):
        until(lambda: self.environment()["state"] == state, f"the preview to be {state}")

    def comment_says(self, words, number=1):
        def said():
            all_of_them = self.comments(number)
            return len(all_of_them) == 1 and words in all_of_them[0]["body"]

        until(said, f"one comment that says {words!r}", limit=30)

    def status(self, commit):
        """The newest. One that is pending for less than two seconds is not told."""
        found = self.hub.ask("GET", f"/repos/ada/shop/commits/{commit}/statuses")[2]
        return found[0]["state"] if found else None

    def test_A15_A16_A17_B14_B16_opened_pushed_closed_and_reopened_by_webhooks_alone(self):
        first = self.push("one")
        self.hub.control("open", repository="ada/shop", head="price", author="ada")
        self.serves(first, "one")
        self.comment_says(first[:7])
        self.comment_says(self.environment()["url"])
        until(lambda: self.status(first) == "success", "the commit's status")

        second = self.push("two")
        self.serves(second, "two")
        self.comment_says(second[:7])
        until(lambda: self.status(second) == "success", "the commit's status")

        self.hub.control("close", repository="ada/shop", number=1)
        until(lambda: self.environment()["state"] == "destroyed", "the end of the preview")
        until(lambda: not self.daemon.left(), "nothing to be left", limit=20)
        self.comment_says("Preview destroyed")

        self.hub.control("reopen", repository="ada/shop", number=1)
        self.serves(second, "two")
        self.assertEqual(len(self.comments()), 1)
        self.commands(second)

    def commands(self, commit):
        """What people write at the pull request: each command once, and a stranger's."""
        self.hub.control("token", login="eve")
        refused = self.write("/preview stop", by="eve")
        self.assertEqual((refused["verdict"], refused["reason"]),
                         ("refused", "eve may not write to the repository"))
        self.assertEqual(self.write("/preview sleep")["verdict"], "acted")
        self.is_now("asleep")
        self.comment_says("ada wrote `/preview sleep`: it is put to sleep.")
        self.assertEqual(self.write("/preview wake")["verdict"], "acted")
        self.is_now("ready")
        self.assertEqual(self.write("/preview extend 2d")["verdict"], "acted")
        self.assertIn("kept_until", self.environment())
        self.write("/preview why")
        self.comment_says("ada wrote `/preview why`: it serves the wanted commit.")
        before = len(self.daemon.deployments(self.environment()["id"]))
        self.assertEqual(self.write("/preview redeploy")["verdict"], "acted")
        self.serves(commit, "two")
        self.assertEqual(len(self.daemon.deployments(self.environment()["id"])), before + 1)

        self.assertEqual(self.write("/preview stop")["verdict"], "acted")
        self.is_now("destroyed")
        self.comment_says("**Preview destroyed**: stopped by ada")
        self.hub.control("label", repository="ada/shop", number=1, value="ui")
        stays = "not put up again: it was stopped by ada"
        until(lambda: any(one.get("reason") == stays for one in
                          self.daemon.get("/api/v1/deliveries?limit=20")["items"]), "a look at it")
        self.assertEqual(self.environment()["state"], "destroyed")
        self.assertEqual(self.write("/preview")["verdict"], "acted")
        self.serves(commit, "two")
        self.assertEqual(len(self.comments()), 1)

    def test_B15_a_build_that_fails_is_told_with_its_cause_and_its_last_lines(self):
        lines = "/bin/busybox echo about to fail; exit 7"
        self.clone.write("Dockerfile", "FROM scratch\nCOPY busybox /bin/busybox\n"
                         f'RUN ["/bin/busybox", "sh", "-c", "{lines}"]\n')
        commit = self.push("one")
        self.hub.control("open", repository="ada/shop", head="price", author="ada")
        self.comment_says("Preview failed")
        body = self.comments()[0]["body"]
        for words in (commit[:7], "about to fail", "Dockerfile", "7"):
            self.assertIn(words, body)
        until(lambda: self.status(commit) == "failure", "the commit's status")

    def test_H04_B20_a_pull_request_whose_webhooks_are_lost_is_found_all_the_same(self):
        self.hub.control("fail-hooks", drop=100)
        first = self.push("one")
        self.hub.control("open", repository="ada/shop", head="price", author="ada")
        # Nobody told us of the repository yet: a webhook of any kind does.
        self.hub.control("heal")
        self.hub.control("comment", repository="ada/shop", number=1, value="Hello", by="ada")
        self.hub.control("label", repository="ada/shop", number=1, value="ui")
        self.serves(first, "one")
        self.hub.control("fail-hooks", drop=100)
        second = self.push("two")
        self.serves(second, "two")
        self.hub.control("close", repository="ada/shop", number=1)
        until(lambda: self.environment()["state"] == "destroyed", "the end of the preview")

    def test_SEC_25_a_forks_commit_runs_only_once_it_was_approved_and_only_that_one(self):
        eve = self.hub.control("token", login="eve")["token"]
        self.hub.control("fork", name="ada/shop", owner="eve")
        first = self.push("one", repository="eve/shop", token=eve)
        self.hub.control("open", repository="ada/shop", head="eve:price", author="eve")
        held = until(
            lambda: (e := self.environment()) and e["state"] == "awaiting_approval" and e,
            "the fork's pull request to wait",
        )
        self.assertEqual(self.daemon.engine.containers(self.daemon.installation), [])
        self.comment_says("approv")

        second = self.push("two", repository="eve/shop", token=eve)
        until(lambda: self.newest_known(1) == second, "the second push to be known")
        path = f"/api/v1/environments/{held['id']}/approve"
        late = self.daemon.api("POST", path, {"commit": first})
        self.assertEqual(late.status, 409, late)
        for text, by, verdict in (
            (f"/preview {second}", "eve", "refused"),
            (f"/preview {first}", "ada", "nothing"),
            ("/preview", "ada", "nothing"),
            ("/preview redeploy", "ada", "nothing"),
        ):
            self.assertEqual(self.write(text, by)["verdict"], verdict, text)
            self.assertEqual(self.environment()["state"], "awaiting_approval", text)
        self.assertEqual(self.write(f"/preview {second}")["verdict"], "acted")
        self.serves(second, "two")

        third = self.push("three", repository="eve/shop", token=eve)
        until(lambda: self.newest_known(1) == third, "the third push to be known")
        time.sleep(1)  # Nothing may come of it; there is no event to wait for.
        self.serves(second, "two")

    def newest_known(self, number):
        for record in self.daemon.get("/api/v1/pull-requests")["items"]:
            if record["number"] == number:
                return record.get("commit")
        return None

    def test_B17_doctor_and_why_say_which_permission_the_token_lacks_until_it_is_given(self):
        def github():
            checks = self.daemon.get("/api/v1/doctor")["checks"]
            return [check for check in checks if check["name"] == "github"]

        self.assertEqual([check["well"] for check in github()], [True])
        lacking = {"comments": "Pull requests", "statuses": "Commit statuses", "deployments": "Deployments"}
        for path in lacking:
            self.hub.control("fail-api", method="POST", path=f"/{path}", times=-1, status=403)
        commit = self.push("one")
        self.hub.control("open", repository="ada/shop", head="price", author="ada")
        self.serves(commit, "one")
        until(lambda: len([c for c in github() if not c["well"]]) == 3, "three refusals", limit=30)
        for permission in lacking.values():
            mend = f"Give the token of [github] the permission '{permission}: write' for this repository."
            self.assertIn(mend, [check["mend"] for check in github()])
        told = self.daemon.get(f"/api/v1/environments/{self.known[1]}/why")
        self.assertIn("'Pull requests: write'", told["untold"])

        self.hub.control("heal")
        self.comment_says(commit[:7])
        until(lambda: [c["well"] for c in github()] == [True], "nothing to be refused", limit=30)
        why = f"/api/v1/environments/{self.known[1]}/why"
        until(lambda: "untold" not in self.daemon.get(why), "nothing to be untold", limit=30)

    def test_B01_F03_the_gateway_leads_to_webhooks_on_its_own_host_and_to_nothing_else(self):
        commit = self.push("one")
        self.hub.control("open", repository="ada/shop", head="price", author="ada")
        self.serves(commit, "one")  # The webhook came by the gateway: polling knows no repository before.
        base = f"localhost:{self.daemon.gateway_port}"
        scene = urllib.parse.urlsplit(self.environment()["url"]).netloc
        for path in ("/webhooks/github", "/api/webhooks/github", "/webhook/github"):
            self.assertEqual(self.daemon.visit(base, path, "POST").status, 401, path)
            self.assertEqual(self.daemon.visit(scene, path, "POST").status, 501, path)
            self.assertEqual(self.daemon.visit(f"x.{base}", path, "POST").status, 404, path)
        for path in ("/", "/health", "/api/v1/version", "/api/v1/environments", "/webhooks/github/"):
            self.assertEqual(self.daemon.visit(base, path).status, 404, path)

    def test_SEC_20_SEC_21_a_forged_webhook_does_nothing_and_a_repeated_one_nothing_twice(self):
        before = self.daemon.get("/api/v1/environments")["items"]
        forged = self.daemon.api(
            "POST",
            "/webhooks/github",
            {"action": "opened", "number": 1},
            token="",
            headers={
                "X-GitHub-Event": "pull_request",
                "X-GitHub-Delivery": "1",
                "X-Hub-Signature-256": "sha256=" + "0" * 64,
            },
        )
        self.assertEqual(forged.status, 401, forged)
        self.assertEqual(self.daemon.get("/api/v1/environments")["items"], before)

        commit = self.push("one")
        self.hub.control("fail-hooks", duplicate=100)
        self.hub.control("open", repository="ada/shop", head="price", author="ada")
        self.serves(commit, "one")
        self.assertEqual(len(self.daemon.deployments(self.environment()["id"])), 1)


if __name__ == "__main__":
    unittest.main(verbosity=2)
