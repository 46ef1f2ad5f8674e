#!/usr/bin/env python3
"""Every answer and every webhook of the hub against GitHub's published description: a client that
gets on with the hub gets the shapes that GitHub promises."""

import json
import pathlib
import sys
import unittest

HERE = pathlib.Path(__file__).resolve()
sys.path[:0] = [str(HERE.parent), str(HERE.parents[2] / "support")]
from description import Description  # noqa: E402
from hub import Hub  # noqa: E402

CACHE = sys.argv.pop()
PROGRAM = sys.argv.pop()


class Answers(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.description = Description(CACHE)

    def setUp(self):
        self.hub = Hub(PROGRAM)
        self.addCleanup(self.hub.close)
        self.hub.control("create", name="ada/shop", files={"README": "hello\n"})
        self.hub.control("fork", name="ada/shop", owner="eve")
        self.sha = self.hub.control(
            "push", repository="ada/shop", branch="feature", **{"from": "main"},
            files={"price": "1\n"})["sha"]
        self.hub.control(
            "push", repository="eve/shop", branch="idea", **{"from": "main"}, files={"idea": "2\n"})
        self.hub.control(
            "open", repository="ada/shop", head="feature", author="ada", title="Sell more",
            body="Please.", labels=["preview"])
        self.hub.control("open", repository="ada/shop", head="eve:idea", author="eve", draft=True)

    def check(self, status, method, target, body=None, headers=None):
        got, fields, answer = self.hub.ask(method, target, body, headers)
        self.assertEqual(got, status, answer)
        wrong = self.description.answer_problems(method, target, got, answer)
        self.assertEqual(wrong, [], f"{method} {target}")
        return answer, fields

    def test_repositories_people_and_limits(self):
        self.check(200, "GET", "/repos/ada/shop")
        self.check(404, "GET", "/repos/ada/none")
        self.check(200, "GET", "/repos/ada/shop/collaborators/eve/permission")
        self.check(200, "GET", f"/repos/ada/shop/commits/{self.sha}")
        self.check(422, "GET", f"/repos/ada/shop/commits/{'a' * 40}")
        self.check(200, "GET", "/user")
        self.check(200, "GET", "/rate_limit")
        self.hub.control("rename", name="ada/shop", to="ada/store")
        self.check(301, "GET", "/repos/ada/shop")
        self.hub.token = "stolen"
        self.check(401, "GET", "/user")

    def test_pull_requests(self):
        listed, fields = self.check(200, "GET", "/repos/ada/shop/pulls")
        self.assertEqual([one["number"] for one in listed], [2, 1])
        self.check(304, "GET", "/repos/ada/shop/pulls", headers={"If-None-Match": fields["ETag"]})
        self.check(200, "GET", "/repos/ada/shop/pulls/1")
        self.check(200, "GET", "/repos/ada/shop/pulls/2")
        self.check(200, "GET", "/repos/ada/shop/pulls/1/files")
        self.hub.control("merge", repository="ada/shop", number=1)
        self.check(200, "GET", "/repos/ada/shop/pulls/1")
        self.check(200, "GET", "/repos/ada/shop/pulls?state=all&per_page=1&page=2")
        self.check(404, "GET", "/repos/ada/shop/pulls/9")
        self.check(422, "GET", "/repos/ada/shop/pulls?state=sad")

    def test_comments(self):
        made, _ = self.check(201, "POST", "/repos/ada/shop/issues/1/comments", {"body": "Look"})
        one = f"/repos/ada/shop/issues/comments/{made['id']}"
        self.check(200, "GET", "/repos/ada/shop/issues/1/comments")
        self.check(200, "GET", one)
        self.check(200, "PATCH", one, {"body": "Look again"})
        self.check(422, "PATCH", one, {"body": ""})
        self.check(204, "DELETE", one)
        self.check(404, "GET", one)
        self.check(422, "POST", "/repos/ada/shop/issues/1/comments", {"body": ""})

    def test_statuses_and_deployments(self):
        status = {"state": "success", "context": "diorama/preview", "target_url": "http://x.example"}
        self.check(201, "POST", f"/repos/ada/shop/statuses/{self.sha}", status)
        self.check(201, "POST", f"/repos/ada/shop/statuses/{self.sha}", {"state": "pending"})
        self.check(200, "GET", f"/repos/ada/shop/commits/{self.sha}/statuses")
        wish = {"ref": self.sha, "environment": "preview/pr-1", "required_contexts": []}
        made, _ = self.check(201, "POST", "/repos/ada/shop/deployments", wish)
        one = f"/repos/ada/shop/deployments/{made['id']}"
        self.check(200, "GET", one)
        for state in ("queued", "in_progress", "success", "failure", "inactive"):
            self.check(201, "POST", one + "/statuses", {"state": state, "log_url": "http://l.example"})
        self.check(200, "GET", one + "/statuses")
        self.check(422, "POST", one + "/statuses", {"state": "great"})
        self.check(200, "GET", "/repos/ada/shop/deployments")
        self.check(422, "POST", "/repos/ada/shop/deployments", {"ref": ""})

    def test_every_webhook_has_the_fields_that_github_promises(self):
        self.hub.control("hook", name="ada/shop", url="http://127.0.0.1:1/", secret="s")
        at = {"repository": "ada/shop", "number": 1}
        self.hub.control("push", branch="feature", files={"price": "3\n"}, repository="ada/shop")
        self.hub.control("push", branch="stable", repository="ada/shop", **{"from": "main"})
        for verb, value in (
                ("label", "new"), ("unlabel", "new"), ("draft", ""), ("ready", ""),
                ("title", "Sell less"), ("retarget", "stable"), ("comment", "Hm."), ("close", ""),
                ("reopen", ""), ("merge", "")):
            self.hub.control(verb, value=value, **at)
        comment = self.hub.control("comment", value="Hm.", **at)["id"]
        self.hub.ask("PATCH", f"/repos/ada/shop/issues/comments/{comment}", {"body": "Ah."})
        self.hub.control("delete-comment", repository="ada/shop", id=comment)
        self.hub.control("open", repository="ada/shop", head="stable", author="eve")
        self.hub.control("rename", name="ada/shop", to="ada/store")
        self.hub.control("rename", name="ada/store", to="grace/store")
        self.hub.control("settle")
        _, _, deliveries = self.hub.ask("GET", "/_hub/deliveries?bodies")
        names = set()
        for one in deliveries:
            with self.subTest(event=one["event"], action=one["action"]):
                payload = json.loads(one["body"])
                self.assertEqual(self.description.webhook_problems(one["event"], payload), [])
            names.add((one["event"], one["action"]))
        self.assertEqual(len(names), 16, names)

    def test_the_program_ends_when_it_is_told_to(self):
        other = Hub(PROGRAM)
        self.assertEqual(other.close(), 0)


if __name__ == "__main__":
    unittest.main(verbosity=2)
