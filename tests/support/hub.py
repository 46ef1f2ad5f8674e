"""The small forge of src/hub as a program of its own, for tests in Python: diorama-hub."""

import json
import signal
import subprocess
import tempfile
import urllib.error
import urllib.request


class Hub:
    """A forge on a free port of this machine. `control` plays people on it (src/hub/control.cpp has
    the verbs), `ask` speaks its API as `token`, which is ada's at first."""

    def __init__(self, program):
        self.folder = tempfile.TemporaryDirectory(prefix="diorama-hub-")
        self.process = subprocess.Popen(
            [program, self.folder.name], stdout=subprocess.PIPE, text=True)
        self.url = self.process.stdout.readline().strip()
        self.token = None
        self.token = self.control("token", login="ada")["token"]

    def close(self):
        """Its exit code."""
        self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(timeout=30)
        self.process.stdout.close()
        self.folder.cleanup()
        return code

    def ask(self, method, target, body=None, headers=None):
        """Status, headers and JSON (None for an empty body); no redirect is followed."""
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.url + target, data, headers or {}, method=method)
        if self.token:
            request.add_header("Authorization", "Bearer " + self.token)
        opener = urllib.request.build_opener(Stay)
        try:
            with opener.open(request, timeout=30) as answer:
                text, status, fields = answer.read(), answer.status, answer.headers
        except urllib.error.HTTPError as error:
            text, status, fields = error.read(), error.code, error.headers
        return status, fields, json.loads(text) if text else None

    def control(self, verb, **wish):
        """`hub.control("open", repository="ada/shop", head="feature")`; fails aloud."""
        status, _, answer = self.ask("POST", "/_hub/" + verb, wish)
        if status != 200:
            raise RuntimeError(f"{verb}: {answer}")
        return answer


class Stay(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_):
        return None
