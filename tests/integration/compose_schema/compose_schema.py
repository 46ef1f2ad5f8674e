#!/usr/bin/env python3
"""The table of keys against the schema of the Compose specification, and the test files of Compose
and its parser through our reader. All come from the Go module proxy and are never copied here."""

import json
import pathlib
import re
import subprocess
import sys
import unittest

SPECIFICATION = "github.com/compose-spec/compose-go/v2@v2.16.2"
COMPOSE = "github.com/docker/compose/v2@v2.40.3"
ROOT = pathlib.Path(__file__).resolve().parents[3]
READ_FOLDER = sys.argv.pop() if len(sys.argv) > 1 else None


def module_folder(module):
    """Where the Go command put the module; it fails aloud when that cannot be had."""
    done = subprocess.run(
        ["go", "mod", "download", "-json", module], capture_output=True, text=True, cwd="/", check=False)
    if done.returncode != 0:
        raise RuntimeError(f"go mod download {module} failed: {done.stdout}{done.stderr}")
    return pathlib.Path(json.loads(done.stdout)["Dir"])


def page_keys():
    """The keys of docs/compose.md by heading, and the class of each."""
    scopes, current = {}, None
    for line in (ROOT / "docs/compose.md").read_text(encoding="utf-8").splitlines():
        if line.startswith("## "):
            current = {}
            scopes.update({heading: current for heading in line[3:].split(", ")})
        row = re.match(r"\| ([\w.-]+) \| (used|ignored|refused) \|", line)
        if row:
            current[row[1]] = row[2]
    return scopes


class Schema:
    """The specification's keys, as deep as our reader goes."""

    def __init__(self, text):
        self.root = json.loads(text)

    def keys(self, page):
        """Each scope with its keys. Below a key that we do not use there is nothing to know."""
        self.page, self.found = page, {}
        self._walk(self.root, "Top level")
        return self.found

    def _forms(self, node):
        """A value's forms: short and long, its own and those it refers to."""
        if "$ref" in node:
            target = self.root
            for step in node["$ref"].removeprefix("#/").split("/"):
                target = target[step]
            yield from self._forms(target)
        for how in ("oneOf", "anyOf", "allOf"):
            for each in node.get(how, []):
                yield from self._forms(each)
        yield node

    def _walk(self, node, scope):
        forms = list(self._forms(node))
        keys = {key for form in forms for key in form.get("properties", {})}
        if keys and scope in self.found:
            return
        if keys:
            self.found[scope] = keys
        for form in forms:
            for key, value in form.get("properties", {}).items():
                if self.page.get(scope, {}).get(key, "used") == "used":
                    self._walk(value, key if scope == "Top level" else f"{scope}.{key}")
            for pattern, value in form.get("patternProperties", {}).items():
                if not pattern.startswith("^x-"):
                    self._walk(value, f"{scope}.*")
            if isinstance(form.get("items"), dict):
                self._walk(form["items"], f"{scope}[]")


class ComposeSchema(unittest.TestCase):
    def test_every_key_of_the_specification_is_in_the_table_and_no_other(self):
        schema = Schema((module_folder(SPECIFICATION) / "schema/compose-spec.json").read_text(encoding="utf-8"))
        page = page_keys()
        wanted = schema.keys(page)
        self.assertGreater(len(wanted), 20)
        for scope, keys in wanted.items():
            with self.subTest(scope):
                self.assertEqual(set(page.get(scope, {})) - {"x-diorama"}, keys)
        self.assertEqual({scope for scope in page if "x-diorama" not in scope}, set(wanted))

    def read(self, folder, names):
        """What our reader says of each file of a folder."""
        done = subprocess.run(
            [READ_FOLDER, str(folder), *names], capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)
        answers = dict(line.split("\t", 1) for line in done.stdout.splitlines())
        self.assertEqual(sorted(answers), sorted(names))
        for name, answer in answers.items():
            with self.subTest(name):
                self.assertRegex(
                    answer,
                    r"^ok services=\d+$|^problem [^:]*(\.ya?ml|\.env|Dockerfile):\d+:\d+: .")
        return answers

    def test_every_file_of_the_parser_gives_a_plan_or_says_where_it_is_wrong(self):
        folder = module_folder(SPECIFICATION)
        names = [
            path.relative_to(folder).as_posix()
            for path in folder.rglob("*.y*ml") if "testdata" in path.parts]
        self.assertGreater(len(names), 30)
        answers = self.read(folder, names)
        self.assertGreater(sum(answer.startswith("ok") for answer in answers.values()), 15)

    def test_files_that_compose_is_tested_with_are_read_unless_they_ask_for_what_is_refused(self):
        folder = module_folder(COMPOSE) / "pkg/e2e/fixtures"
        names = [
            path.relative_to(folder).as_posix() for path in folder.rglob("*compose*.y*ml")
            if re.search("^services:", path.read_text(encoding="utf-8"), re.M)]
        self.assertGreater(len(names), 90)
        answers = self.read(folder, names)
        wrong = {name: answer for name, answer in answers.items()
                 if not answer.startswith("ok") and "not allowed" not in answer}
        # Wrong by purpose, or for lack of a file, variable or profile that the test itself brings.
        self.assertEqual(len(wrong), 5, json.dumps(wrong, indent=1))


if __name__ == "__main__":
    unittest.main(verbosity=2)
