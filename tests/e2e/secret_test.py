#!/usr/bin/env python3
"""SEC-60: a secret of the configuration, and every place where it must not be seen."""

import base64
import json
import sqlite3
import threading
import unittest
import urllib.parse
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from daemon import Daemon, Repository

SECRET = 'Sentinel"7f3a/91c+4e'
ALIKE = [
    SECRET,
    base64.b64encode(SECRET.encode()).decode(),
    base64.b64encode(f"robot:{SECRET}".encode()).decode(),
    urllib.parse.quote(SECRET, safe=""),
    json.dumps(SECRET)[1:-1],
]


class Registry(BaseHTTPRequestHandler):
    """Wants a password, and says in its refusal what it was given."""

    seen = []

    def do_GET(self):
        given = self.headers.get("Authorization", "")
        if given:
            Registry.seen.append(given)
        known = given.startswith("Basic ")
        said = base64.b64decode(given[6:]).decode() if known else "nobody"
        body = {"errors": [{"code": "DENIED", "message": f"{said} ({given}) may not pull"}]}
        self.send_response(403 if known and self.path != "/v2/" else 200 if known else 401)
        if not known:
            self.send_header("WWW-Authenticate", 'Basic realm="registry"')
        self.send_header("Content-Type", "application/json")
        text = json.dumps(body).encode()
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    do_HEAD = do_GET

    def log_message(self, *_):
        pass


class Secrets(unittest.TestCase):
    def test_SEC_60_G13_a_registrys_password_is_used_and_never_shown(self):
        server = ThreadingHTTPServer(("127.0.0.1", 0), Registry)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)
        name = f"127.0.0.1:{server.server_port}"
        daemon = Daemon(
            f'[registries."{name}"]\nuser = "robot"\npassword = {json.dumps(SECRET)}\n',
            DIORAMA_LOG_LEVEL="debug",
        ).start()
        self.addCleanup(daemon.end)

        repository = Repository(daemon.folder / "corner" / "shop")
        repository.write("compose.yaml", f"services:\n  page:\n    image: {name}/shop:1\n")
        repository.commit()
        environment = daemon.deploy(repository).json
        self.assertEqual(environment["state"], "failed", environment)
        self.assertTrue(
            any(base64.b64decode(s[6:]).decode() == f"robot:{SECRET}" for s in Registry.seen),
            "the registry was never given the password: this test would prove nothing",
        )

        place = f"/api/v1/environments/{environment['id']}"
        deployments = daemon.deployments(environment["id"])
        shown = {
            path: daemon.api("GET", path).text
            for path in [
                place,
                f"{place}/logs?limit=1000",
                f"{place}/events",
                f"{place}/why",
                f"{place}/deployments",
                f"/api/v1/deployments/{deployments[0]['id']}",
                "/api/v1/doctor",
                "/api/v1/inventory",
                "/api/v1/projects",
                "/health",
            ]
        }
        self.assertIn("may not pull", shown[f"{place}/logs?limit=1000"] + environment["cause"],
                      "what the registry said must reach people, without the password")
        daemon.stop()
        shown["the daemon's log"] = daemon.log.read_text()
        with sqlite3.connect(next(daemon.data.glob("*.db*"))) as database:
            shown["the database"] = "\n".join(database.iterdump())
        for where, text in shown.items():
            for form in ALIKE:
                self.assertNotIn(form, text, where)


if __name__ == "__main__":
    unittest.main()
