#!/usr/bin/env python3
"""Every request that the contract of the forge's API makes of GitHub, against GitHub's published
description: its path, its parameters and its body."""

import json
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from description import Description  # noqa: E402

CACHE = sys.argv.pop()
FORGE_TEST = sys.argv.pop()

# What a repository that was renamed redirects to: GitHub's own addresses, which it does not describe.
REDIRECTED = "/repositories/"

# What we ask GitHub for, once at least in the contract.
WANTED = {
    ("GET", "/user"),
    ("GET", "/repos/{owner}/{repo}"),
    ("GET", "/repos/{owner}/{repo}/pulls"),
    ("GET", "/repos/{owner}/{repo}/pulls/{pull_number}"),
    ("GET", "/repos/{owner}/{repo}/pulls/{pull_number}/files"),
    ("GET", "/repos/{owner}/{repo}/commits/{ref}"),
    ("GET", "/repos/{owner}/{repo}/collaborators/{username}/permission"),
    ("GET", "/repos/{owner}/{repo}/issues/{issue_number}/comments"),
    ("POST", "/repos/{owner}/{repo}/issues/{issue_number}/comments"),
    ("PATCH", "/repos/{owner}/{repo}/issues/comments/{comment_id}"),
    ("POST", "/repos/{owner}/{repo}/statuses/{sha}"),
    ("GET", "/repos/{owner}/{repo}/deployments"),
    ("POST", "/repos/{owner}/{repo}/deployments"),
    ("POST", "/repos/{owner}/{repo}/deployments/{deployment_id}/statuses"),
}


def asked():
    """All requests of the contract's run, each once."""
    with tempfile.TemporaryDirectory(prefix="diorama-requests-") as folder:
        file = pathlib.Path(folder) / "requests"
        done = subprocess.run(
            [FORGE_TEST, "--test-case=*every forge's API*"], capture_output=True, text=True, check=False,
            env={**os.environ, "DIORAMA_GITHUB_REQUESTS": str(file)})
        if done.returncode != 0:
            raise RuntimeError(f"the contract fails: {done.stdout}{done.stderr}")
        return [json.loads(line) for line in sorted(set(file.read_text(encoding="utf-8").splitlines()))]


class Requests(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.description = Description(CACHE)
        cls.asked = asked()

    def test_every_request_is_one_that_github_describes(self):
        for one in self.asked:
            if one["target"].startswith(REDIRECTED):
                continue
            with self.subTest(f"{one['method']} {one['target']}"):
                body = json.loads(one["body"]) if one["body"] else None
                self.assertEqual(
                    self.description.request_problems(one["method"], one["target"], body), [])

    def test_the_contract_asks_everything_that_we_ask(self):
        asked_for = set()
        for one in self.asked:
            template, _ = self.description.operation(one["method"], one["target"].split("?")[0])
            asked_for.add((one["method"], template))
        self.assertEqual(asked_for - {("GET", None), ("POST", None)}, WANTED)

    def test_a_request_that_github_does_not_describe_is_found(self):
        wrong = self.description.request_problems
        self.assertNotEqual(wrong("GET", "/repos/owner/shop/pulls?colour=red", None), [])
        self.assertNotEqual(wrong("GET", "/repos/owner/shop/pulls?state=ajar", None), [])
        self.assertNotEqual(wrong("GET", "/repos/owner/shop/previews", None), [])
        self.assertNotEqual(wrong("POST", "/repos/owner/shop/statuses/abc", {"state": "great"}), [])
        self.assertNotEqual(wrong("POST", "/repos/owner/shop/statuses/abc", {}), [])
        self.assertNotEqual(
            wrong("POST", "/repos/owner/shop/statuses/abc", {"state": "success", "colour": "red"}), [])


if __name__ == "__main__":
    unittest.main(verbosity=2)
