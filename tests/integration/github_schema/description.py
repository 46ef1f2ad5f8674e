"""GitHub's published description of its REST API (@octokit/openapi), as something that judges
requests, answers and webhooks. It comes by npm and is never copied into the repository."""

import json
import pathlib
import re
import sys
import urllib.parse

import jsonschema

ROOT = pathlib.Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT / "tests/support"))
import npm  # noqa: E402

PACKAGE = ("@octokit/openapi", "23.0.2", "generated/api.github.com.json")


def as_json_schema(node):
    """OpenAPI 3.0 says `nullable` where JSON Schema has a type or a choice of null."""
    if isinstance(node, list):
        return [as_json_schema(one) for one in node]
    if not isinstance(node, dict):
        return node
    changed = {key: as_json_schema(value) for key, value in node.items() if key != "nullable"}
    if node.get("nullable") is True:
        return {"anyOf": [{"type": "null"}, changed]}
    return changed


class Description:
    def __init__(self, cache):
        with open(npm.package_file(cache, *PACKAGE), encoding="utf-8") as file:
            self.document = json.load(file)
        self.definitions = {}  # Name to JSON Schema, as far as anybody asked.
        self.paths = []
        for path in self.document["paths"]:
            pattern = re.sub(r"\\{[^/]+\\}", "[^/]+", re.escape(path))
            self.paths.append((path, re.compile(pattern + r"\Z")))
        # /repos/{owner}/{repo}/issues/comments/{id} before /repos/{owner}/{repo}/issues/{n}/…
        self.paths.sort(key=lambda one: one[0].count("{"))

    def operation(self, method, path):
        """The path's template and its description; None when GitHub has no such thing."""
        for template, pattern in self.paths:
            if pattern.match(path) and method.lower() in self.document["paths"][template]:
                return template, self.document["paths"][template][method.lower()]
        return None, None

    def resolve(self, node):
        while "$ref" in node:
            at = self.document
            for key in node["$ref"].lstrip("#/").split("/"):
                at = at[key.replace("~1", "/").replace("~0", "~")]
            node = at
        return node

    def problems(self, schema, value):
        """What is wrong with `value`, a line for each."""
        whole = {"components": {"schemas": self.definitions}, "allOf": [self.learn(schema)]}
        found = jsonschema.Draft202012Validator(whole).iter_errors(value)
        return [f"{'/'.join(map(str, one.absolute_path))}: {one.message[:300]}" for one in found]

    def learn(self, schema):
        """`schema` as JSON Schema, and all that it refers to in `definitions`."""
        changed = as_json_schema(schema)
        for name in set(re.findall(r'"#/components/schemas/([^"]+)"', json.dumps(schema))):
            if name not in self.definitions:
                self.definitions[name] = None
                self.definitions[name] = self.learn(self.document["components"]["schemas"][name])
        return changed

    def answer_problems(self, method, target, status, body):
        """`body` is JSON, or None for an empty one."""
        path = urllib.parse.urlsplit(target).path
        template, operation = self.operation(method, path)
        if operation is None:
            return [f"GitHub has no {method} {path}"]
        answer = operation["responses"].get(str(status))
        if answer is None:
            return [f"GitHub never answers {status} to {method} {template}"]
        content = self.resolve(answer).get("content", {})
        if "application/json" not in content:
            return [] if body is None else [f"{status} of {method} {template} has no body"]
        return self.problems(content["application/json"]["schema"], body)

    def request_problems(self, method, target, body):
        """What GitHub would not understand: the path, a parameter of the query, the body."""
        parts = urllib.parse.urlsplit(target)
        template, operation = self.operation(method, parts.path)
        if operation is None:
            return [f"GitHub has no {method} {parts.path}"]
        parameters = [self.resolve(one) for one in operation.get("parameters", [])]
        known = {one["name"]: one for one in parameters if one["in"] == "query"}
        found = []
        for key, value in urllib.parse.parse_qsl(parts.query, keep_blank_values=True):
            if key not in known:
                found.append(f"{template} has no parameter {key}")
                continue
            is_number = known[key]["schema"].get("type") == "integer" and value.isdigit()
            found += self.problems(known[key]["schema"], int(value) if is_number else value)
        wanted = operation.get("requestBody")
        if wanted is None:
            return found + ([f"{method} {template} takes no body"] if body is not None else [])
        schema = self.resolve(wanted)["content"]["application/json"]["schema"]
        unknown = set(body or {}) - set(self.resolve(schema).get("properties", body or {}))
        found += [f"{method} {template} knows no {key}" for key in sorted(unknown)]
        return found + self.problems(schema, body)

    def webhook_problems(self, event, payload):
        name = event.replace("_", "-")
        if "action" in payload:
            name += "-" + payload["action"].replace("_", "-")
        described = self.document["x-webhooks"].get(name)
        if described is None:
            return [f"GitHub sends no {name}"]
        content = described["post"]["requestBody"]["content"]
        return self.problems(content["application/json"]["schema"], payload)
