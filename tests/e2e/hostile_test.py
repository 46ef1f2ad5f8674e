#!/usr/bin/env python3
"""What strangers may write, on its way through the API, git, Docker and the gateway."""

import subprocess
import unittest
import urllib.parse

from daemon import COMPOSE, Daemon, small, until

# What git takes as the name of a branch, and what it does not.
BRANCHES = [
    "a;touch${IFS}pwned",
    "$(id)",
    "`id`",
    "a|b&c>d",
    "-oProxyCommand=id",
    "\u202egpj.exe",
    "-".join(["long"] * 40),
]
REFUSED = [
    "--upload-pack=touch pwned",
    "a;touch pwned",
    "line\nbreak",
    "nul\0byte",
    "../../etc",
    "a..b",
    "",
    "x" * 5000,
]
SERVICES = ["a;touch pwned", "$(id)", "`id`", "--privileged", "../x", "a b", "\u202ex", "x" * 300]


class Hostile(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.daemon = Daemon().start()
        cls.addClassCleanup(cls.daemon.end)

    def tearDown(self):
        self.assertEqual(self.daemon.api("GET", "/health", token="").status, 200)
        self.assertEqual(list(self.daemon.folder.rglob("pwned")), [])

    def test_SEC_01_a_branch_that_git_can_name_becomes_a_scene_whatever_its_name(self):
        repository = small(self.daemon.folder / "corner" / "branches")
        for branch in BRANCHES:
            with self.subTest(branch=branch):
                repository.git("update-ref", f"refs/heads/{branch}", "HEAD")
                answer = self.daemon.deploy(repository, branch=branch)
                self.assertEqual(answer.status, 201, answer)
                environment = answer.json
                self.assertEqual(environment["state"], "ready", environment)
                self.assertEqual(environment["key"], branch)
                host = urllib.parse.urlsplit(environment["url"]).netloc.split(":")[0]
                self.assertRegex(host, r"^[a-z0-9-]{1,63}\.localhost$")
                self.assertEqual(self.daemon.page(environment).text, "one")
                self.daemon.destroy(environment["id"])

    def test_SEC_01_a_name_that_git_cannot_have_is_refused_and_nothing_is_begun(self):
        repository = small(self.daemon.folder / "corner" / "refused")
        before = len(self.daemon.get("/api/v1/environments?all=true&limit=1000")["items"])
        for branch in REFUSED:
            with self.subTest(branch=branch[:40]):
                answer = self.daemon.deploy(repository, branch=branch)
                self.assertEqual(answer.status, 400, answer)
                self.assertTrue(answer.json["detail"])
        after = len(self.daemon.get("/api/v1/environments?all=true&limit=1000")["items"])
        self.assertEqual(before, after)

    def test_SEC_02_hostile_words_in_every_field_of_the_request_are_refused(self):
        repository = small(self.daemon.folder / "corner" / "fields")
        for word in REFUSED + ["ext::sh -c id", "ssh://-oProxyCommand=id/x", "https://a:b@host/x"]:
            with self.subTest(word=word[:40]):
                for field in ("repository", "commit", "ref"):
                    body = {"repository": str(repository.folder), "branch": "main", field: word}
                    answer = self.daemon.api("POST", "/api/v1/environments", body)
                    self.assertIn(answer.status, (400, 413, 422), answer)

    def test_SEC_02_a_hostile_name_of_an_environment_is_only_ever_shown(self):
        repository = small(self.daemon.folder / "corner" / "named")
        for name in ["a;touch pwned", "$(id)", "<script>alert(1)</script>", "\u202ex", "it's"]:
            with self.subTest(name=name):
                answer = self.daemon.deploy(repository, name=name, branch="main")
                if answer.status == 400:
                    self.assertTrue(answer.json["detail"])
                    continue
                self.assertEqual(answer.status, 201, answer)
                self.assertEqual(answer.json["state"], "ready", answer)
                self.assertRegex(answer.json["slug"], r"^[a-z0-9-]{1,63}$")
                self.daemon.destroy(answer.json["id"])

    def test_SEC_02_a_hostile_name_of_a_service_is_a_clear_error(self):
        repository = small(self.daemon.folder / "corner" / "services")
        for service in SERVICES:
            with self.subTest(service=service[:40]):
                quoted = service.replace("'", "''")
                repository.write("compose.yaml", COMPOSE.replace("page:", f"'{quoted}':"))
                repository.commit("Rename")
                environment = self.daemon.deploy(repository).json
                self.assertEqual(environment["state"], "failed", environment)
                self.assertIn("compose.yaml:2", environment["cause"])
                self.assertEqual(self.daemon.engine.containers(self.daemon.installation), [])

    def test_SEC_02_hostile_text_of_authors_and_commits_does_nothing(self):
        repository = small(self.daemon.folder / "corner" / "authors")
        repository.git("-c", "user.name=$(id)", "commit", "--quiet", "--allow-empty",
                       "--author", "`id` <a;b@c>", "--message", "$(touch pwned)\n\n\x1b[31m; id")
        environment = self.daemon.deploy(repository).json
        self.assertEqual(environment["state"], "ready", environment)
        self.assertEqual(self.daemon.page(environment).text, "one")

    def test_SEC_62_hostile_searches_find_nothing_and_break_nothing(self):
        for text in ["'; DROP TABLE environments;--", "%", "_", "\\", "\" OR 1=1", "a' OR 'a'='a"]:
            with self.subTest(text=text):
                query = urllib.parse.urlencode({"search": text, "after": text, "state": text})
                answer = self.daemon.api("GET", f"/api/v1/environments?{query}")
                self.assertEqual(answer.status, 400, answer)
                query = urllib.parse.urlencode({"search": text, "all": "true"})
                answer = self.daemon.api("GET", f"/api/v1/environments?{query}")
                self.assertEqual(answer.status, 200, answer)
                self.assertEqual(answer.json["items"], [])
        self.daemon.get("/api/v1/environments?limit=1000")


if __name__ == "__main__":
    unittest.main()
