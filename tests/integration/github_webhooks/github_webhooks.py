#!/usr/bin/env python3
"""Every payload of @octokit/webhooks-examples through our reader: none crashes it, and what each asks
stands in tests/data/github/webhooks.txt (renewed by DIORAMA_ACCEPT=1)."""

import os
import pathlib
import subprocess
import sys
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT / "tests/support"))
import npm  # noqa: E402

CACHE = sys.argv.pop()
READ_WEBHOOKS = sys.argv.pop()
GOLDEN = ROOT / "tests/data/github/webhooks.txt"


class GitHubWebhooks(unittest.TestCase):
    maxDiff = None

    def test_b02_every_payload_of_github_gets_the_answer_of_the_golden_file(self):
        payloads = npm.package_file(
            CACHE, "@octokit/webhooks-examples", "7.6.1", "api.github.com/index.json")
        done = subprocess.run(
            [READ_WEBHOOKS, str(payloads)], capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(len(done.stdout.splitlines()), 329)
        if os.environ.get("DIORAMA_ACCEPT"):
            GOLDEN.parent.mkdir(parents=True, exist_ok=True)
            GOLDEN.write_text(done.stdout, encoding="utf-8")
        self.assertEqual(done.stdout, GOLDEN.read_text(encoding="utf-8"))


if __name__ == "__main__":
    unittest.main(verbosity=2)
