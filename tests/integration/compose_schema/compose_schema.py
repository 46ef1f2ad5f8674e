#!/usr/bin/env python3
"""The table of keys against the schema of the Compose specification, and compose-go's own test
files through our reader. The schema comes from the Go module proxy and is never copied here."""

import json
import pathlib
import re
import subprocess
import sys
import unittest

MODULE = "github.com/compose-spec/compose-go/v2@v2.16.2"
ROOT = pathlib.Path(__file__).resolve().parents[3]
READ_FOLDER = sys.argv.pop() if len(sys.argv) > 1 else None

# Where the schema's definitions stand in docs/compose.md.
SCOPES = {
    "Top level": [],
    "include[]": ["$defs", "include", "oneOf", 1],
    "services.*.build": ["$defs", "workload_spec", "properties", "build", "oneOf", 1],
    "services.*.depends_on.*": [
        "$defs", "workload_spec", "properties", "depends_on", "oneOf", 1,
        "patternProperties", "^[a-zA-Z0-9._-]+$",
    ],
    "services.*.deploy": ["$defs", "deployment"],
    "services.*.deploy.resources": ["$defs", "deployment", "properties", "resources"],
    "services.*.deploy.resources.limits": [
        "$defs", "deployment", "properties", "resources", "properties", "limits"],
    "services.*.deploy.resources.reservations": [
        "$defs", "deployment", "properties", "resources", "properties", "reservations"],
    "services.*.deploy.restart_policy": ["$defs", "deployment", "properties", "restart_policy"],
    "services.*.healthcheck": ["$defs", "healthcheck"],
    "services.*.ports[]": [
        "$defs", "workload_spec", "properties", "ports", "items", "oneOf", 2],
    "services.*.volumes[]": [
        "$defs", "container_spec", "properties", "volumes", "items", "oneOf", 1],
    "services.*.volumes[].bind": [
        "$defs", "container_spec", "properties", "volumes", "items", "oneOf", 1, "properties", "bind"],
    "services.*.volumes[].volume": [
        "$defs", "container_spec", "properties", "volumes", "items", "oneOf", 1, "properties", "volume"],
    "services.*.volumes[].tmpfs": [
        "$defs", "container_spec", "properties", "volumes", "items", "oneOf", 1, "properties", "tmpfs"],
    "services.*.env_file[]": ["$defs", "env_file", "oneOf", 1, "items", "oneOf", 1],
    "services.*.networks.*": [
        "$defs", "container_spec", "properties", "networks", "oneOf", 1,
        "patternProperties", "^[a-zA-Z0-9._-]+$", "oneOf", 0,
    ],
    "services.*.secrets[], services.*.configs[]": [
        "$defs", "service_config_or_secret", "items", "oneOf", 1],
    "services.*.extends": ["$defs", "service", "properties", "extends", "oneOf", 1],
    "services.*.ulimits.*": ["$defs", "ulimits", "patternProperties", "^[a-z]+$", "oneOf", 1],
    "networks.*": ["$defs", "network"],
    "volumes.*": ["$defs", "volume"],
    "secrets.*": ["$defs", "secret"],
    "configs.*": ["$defs", "config"],
}


def module_folder():
    """Where the Go command put the module; it fails aloud when that cannot be had."""
    done = subprocess.run(
        ["go", "mod", "download", "-json", MODULE], capture_output=True, text=True, cwd="/", check=False)
    if done.returncode != 0:
        raise RuntimeError(f"go mod download {MODULE} failed: {done.stdout}{done.stderr}")
    return pathlib.Path(json.loads(done.stdout)["Dir"])


def page_keys():
    """The keys of docs/compose.md by heading."""
    scopes, current = {}, None
    for line in (ROOT / "docs/compose.md").read_text(encoding="utf-8").splitlines():
        if line.startswith("## "):
            current = scopes.setdefault(line[3:], set())
        row = re.match(r"\| ([\w.-]+) \| (used|ignored|refused) \|", line)
        if row:
            current.add(row[1])
    return scopes


def schema_keys(schema, scope):
    """The keys the schema names at a scope."""
    if scope == "services.*":
        parts = ("container_spec", "workload_spec", "service")
        return set().union(*(schema["$defs"][part]["properties"] for part in parts))
    node = schema
    for step in SCOPES[scope]:
        node = node[step]
    return set(node["properties"])


class ComposeSchema(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = module_folder()
        cls.schema = json.loads((cls.folder / "schema/compose-spec.json").read_text(encoding="utf-8"))

    def test_every_key_of_the_specification_is_in_the_table_and_no_other(self):
        page = page_keys()
        for scope in ["services.*", *SCOPES]:
            with self.subTest(scope):
                ours = {key for key in page[scope] if key != "x-diorama"}
                self.assertEqual(ours, schema_keys(self.schema, scope))

    def test_every_file_of_compose_go_gives_a_plan_or_says_where_it_is_wrong(self):
        names = sorted(
            path.relative_to(self.folder).as_posix()
            for path in self.folder.rglob("*.y*ml") if "testdata" in path.parts)
        self.assertGreater(len(names), 30)
        done = subprocess.run(
            [READ_FOLDER, str(self.folder), *names], capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)
        answers = dict(line.split("\t", 1) for line in done.stdout.splitlines())
        self.assertEqual(sorted(answers), names)
        for name, answer in answers.items():
            with self.subTest(name):
                self.assertRegex(answer, r"^ok services=\d+$|^problem [^:]+\.ya?ml:\d+:\d+: .|^problem .*\.env:\d+:\d+: .")
        self.assertGreater(sum(answer.startswith("ok") for answer in answers.values()), 15)


if __name__ == "__main__":
    unittest.main(verbosity=2)
