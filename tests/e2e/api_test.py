#!/usr/bin/env python3
"""The API of a real daemon, as CI and people use it."""

import re
import shutil
import stat
import unittest

from daemon import COMPOSE, SOURCE, Daemon, small, until

# A page that asks a database for its orders, and tells it of one more.
STORE = {
    "compose.yaml": """
services:
  page:
    build: .
    command: ['httpd', '-f', '-p', '8080', '-h', '/www']
    ports: ['8080']
    depends_on: [database]
  database:
    build: .
    command: ['httpd', '-f', '-p', '5432', '-h', '/database']
    volumes: ['rows:/rows']
volumes:
  rows:
""",
    "Dockerfile": "FROM scratch\nCOPY busybox /bin/busybox\nCOPY busybox /bin/sh\nCOPY www /www\n"
                  'COPY database /database\nENTRYPOINT ["/bin/busybox"]\n',
    "www/cgi-bin/orders": "#!/bin/sh\nprintf 'Content-Type: text/plain\\r\\n\\r\\n'\n"
                          '/bin/busybox wget -q -O - "database:5432/cgi-bin/rows?$QUERY_STRING"\n',
    "database/cgi-bin/rows": "#!/bin/sh\nprintf 'Content-Type: text/plain\\r\\n\\r\\n'\n"
                             '[ -z "$QUERY_STRING" ] || echo "$QUERY_STRING" >>/rows/all\n'
                             "/bin/busybox cat /rows/all\n",
}


class Scene(unittest.TestCase):
    def setUp(self):
        self.daemon = Daemon().start()
        self.addCleanup(self.daemon.end)

    def repository(self, name="shop", text="one"):
        return small(self.daemon.folder / "corner" / name, text)

    def test_A02_a_create_call_is_answered_at_once_with_the_url_that_will_be(self):
        answer = self.daemon.deploy(self.repository(), prefer="")
        self.assertEqual(answer.status, 201, answer)
        environment = answer.json
        self.assertIn(environment["state"], ("pending", "provisioning"))
        self.assertTrue(environment["url"].startswith("http://corner-shop-branch-main.localhost:"))
        self.assertEqual(answer.headers["Location"], f"/api/v1/environments/{environment['id']}")
        ready = until(
            lambda: (e := self.daemon.environment(environment["id"]))["state"] == "ready" and e,
            "the environment to be ready",
        )
        self.assertEqual(ready["url"], environment["url"])
        self.assertEqual(self.daemon.page(ready).text, "one")

    def test_A02_who_prefers_to_wait_gets_what_is_ready(self):
        answer = self.daemon.deploy(self.repository(), prefer="wait=120")
        self.assertEqual(answer.status, 201, answer)
        self.assertEqual(answer.json["state"], "ready")
        self.assertEqual(self.daemon.page(answer.json).text, "one")

    def test_A02_who_prefers_not_to_is_told_where_to_look(self):
        answer = self.daemon.deploy(self.repository(), prefer="respond-async")
        self.assertEqual(answer.status, 202, answer)
        self.assertRegex(answer.headers["Location"], r"^/api/v1/deployments/[0-9a-f-]{36}$")
        done = until(
            lambda: (d := self.daemon.get(answer.headers["Location"]))["status"]
            not in ("queued", "in_progress")
            and d,
            "the deployment to be over",
        )
        self.assertEqual(done["status"], "success", done)

    def test_A02_apps_answers_the_same(self):
        repository = self.repository()
        body = {"repository": str(repository.folder), "branch": "main"}
        answer = self.daemon.api("POST", "/apps", body, headers={"Prefer": "wait=120"})
        self.assertEqual((answer.status, answer.json["state"]), (201, "ready"), answer)

    def test_A18_a_failed_update_leaves_the_old_version_serving_and_says_why(self):
        repository = self.repository()
        first = self.daemon.deploy(repository).json
        before = self.daemon.engine.objects(self.daemon.installation)

        repository.write("Dockerfile", "FROM scratch\nCOPY nothing-like-this /\n")
        repository.commit("Break it")
        broken = self.daemon.deploy(repository).json
        self.assertEqual(broken["state"], "ready")
        self.assertEqual(broken["serving_commit"], first["serving_commit"])
        self.assertIn("nothing-like-this", broken["cause"])
        self.assertEqual(self.daemon.page(broken).text, "one")
        self.assertEqual(self.daemon.deployments(broken["id"])[0]["status"], "failed")
        self.assertEqual(self.daemon.engine.objects(self.daemon.installation), before)
        why = self.daemon.get(f"/api/v1/environments/{broken['id']}/why")
        self.assertEqual(why["verdict"], "stale", why)

        repository.write("Dockerfile", "FROM scratch\nCOPY busybox /bin/busybox\n"
                         'EXPOSE 8080\nENTRYPOINT ["/bin/busybox", "false"]\n')
        repository.commit("Break it otherwise")
        ill = self.daemon.deploy(repository).json
        self.assertEqual(ill["state"], "ready", ill)
        self.assertEqual(self.daemon.page(ill).text, "one")
        until(
            lambda: self.daemon.engine.objects(self.daemon.installation) == before,
            "the ill container to go",
        )

    def build_slowly(self, repository):
        """One service is built at once, the other takes its time."""
        repository.write("compose.yaml", "services:\n  page:\n    build: .\n    ports: ['8080']\n"
                         "  slow:\n    build: ./slow\n")
        repository.write("slow/Dockerfile", "FROM scratch\nCOPY busybox /bin/busybox\n"
                         'RUN ["/bin/busybox", "sleep", "120"]\n')
        shutil.copy(repository.folder / "busybox", repository.folder / "slow" / "busybox")
        repository.commit("Build slowly")
        return self.daemon.deploy(repository, prefer="respond-async").json["id"]

    def test_A21_a_newer_push_and_a_cancel_end_the_running_build_and_leave_no_image_of_it(self):
        repository = self.repository()
        id = self.build_slowly(repository)
        images = self.daemon.engine.images
        until(lambda: images(self.daemon.installation), "the quick service's image")

        repository.write("compose.yaml", COMPOSE)
        repository.write("www/index.html", "two")
        repository.commit("Build quickly")
        ready = self.daemon.deploy(repository).json
        self.assertEqual((ready["id"], ready["state"]), (id, "ready"), ready)
        self.assertEqual(self.daemon.page(ready).text, "two")
        self.assertEqual(self.daemon.deployments(id)[1]["status"], "superseded")
        until(lambda: len(images(self.daemon.installation)) == 1, "the older image to go", limit=20)

        self.build_slowly(repository)
        slug, slow = ready["slug"], self.daemon.builds
        until(slow, "the slow build to begin")
        shown = self.daemon.command("top", "--once").stdout
        self.assertRegex(shown, rf"(?m)^Workers 1 of 8 .*\n(.*\n)*{slug} +updating ")
        cancelled = self.daemon.command("cancel", slug)
        self.assertEqual(slow(), [])
        self.assertEqual(cancelled.returncode, 0, cancelled)
        self.assertIn("nothing of it runs any more", cancelled.stdout)
        self.assertEqual(self.daemon.page(ready).text, "two")
        self.assertEqual(self.daemon.environment(id)["cause"], "cancelled by admin")

    def test_A20_a_first_deployment_that_fails_leaves_a_cause_and_no_containers(self):
        repository = self.repository()
        repository.write("compose.yaml", "services:\n  page:\n    build: .\n    privileged: true\n")
        repository.commit("Ask for the host")
        answer = self.daemon.deploy(repository)
        self.assertEqual(answer.status, 201)
        self.assertEqual(answer.json["state"], "failed")
        self.assertIn("compose.yaml:4", answer.json["cause"])
        self.assertEqual(self.daemon.engine.containers(self.daemon.installation), [])

    def test_E07_two_previews_of_one_repository_share_no_container_data_url_or_label(self):
        """E07: separate containers, databases and URLs, told apart by labels, to the end of one."""
        repository = self.repository()
        for path, text in STORE.items():
            repository.write(path, text)
            (repository.folder / path).chmod(0o755)
        repository.commit("Keep orders in a database")
        repository.git("branch", "red")
        repository.git("branch", "blue")
        red, blue = (self.daemon.deploy(repository, branch=name).json for name in ("red", "blue"))
        self.assertEqual((red["state"], blue["state"]), ("ready", "ready"), (red, blue))
        self.assertEqual(red["commit"], blue["commit"])

        def orders(scene, more=""):
            return self.daemon.page(scene, path=f"/cgi-bin/orders{more}").text.split()

        def standing(scene):
            """What Docker has that is labelled as the scene's."""
            label = [f"diorama.environment={scene['id']}"]
            return {
                "container": self.daemon.engine.get("/containers/json?", label=label),
                "network": self.daemon.engine.get("/networks?", label=label),
                "volume": self.daemon.engine.get("/volumes?", label=label)["Volumes"],
            }

        for scene, name in ((red, "red"), (blue, "blue")):
            self.assertEqual(orders(scene, f"?{name}"), [name])
        self.assertEqual((orders(red), orders(blue)), (["red"], ["blue"]))
        self.assertNotEqual(red["url"], blue["url"])
        stand = [standing(scene) for scene in (red, blue)]
        for each in stand:
            services = [c["Labels"]["diorama.service"] for c in each["container"]]
            self.assertEqual(sorted(services), ["database", "page"])
            self.assertEqual((len(each["network"]), len(each["volume"])), (1, 1))
        networks = [set(c["NetworkSettings"]["Networks"]) for s in stand for c in s["container"]]
        self.assertEqual(networks[0], networks[1])
        self.assertTrue(networks[0].isdisjoint(networks[2] | networks[3]), networks)

        self.daemon.destroy(red["id"])
        self.assertEqual(standing(red), {"container": [], "network": [], "volume": []})
        self.assertEqual(orders(blue), ["blue"])


class Door(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.daemon = Daemon().start()
        cls.addClassCleanup(cls.daemon.end)

    def endpoints(self):
        """Every row of the table, from the source that makes it."""
        text = (SOURCE / "src/api/endpoints.cpp").read_text()
        rows = re.findall(r'\{\s*"([A-Z]+)",\s*"(/[^"]*)",\s*Right::(\w+),', text)
        self.assertGreater(len(rows), 20)
        return rows

    def test_SEC_30_nothing_but_health_and_signed_webhooks_answer_without_a_token(self):
        """SEC-30: each endpoint of the table, without a token and with a wrong one."""
        for method, path, right in self.endpoints():
            path = path.replace("{id}", "0197a0b0-0000-7000-8000-000000000000")
            with self.subTest(method=method, path=path):
                body = {} if method == "POST" else None
                for token in ("", "wrong", "dio_" + "a" * 43):
                    status = self.daemon.api(method, path, body, token=token).status
                    if path.endswith("/github"):  # This installation has no secret for them.
                        self.assertEqual((right, status), ("none", 404))
                    elif right == "none":
                        self.assertIn("/health", path)
                        self.assertEqual(status, 200)
                    else:
                        self.assertEqual(status, 401)

    def test_SEC_30_every_endpoint_knows_the_admin(self):
        """SEC-30: the same table with the first token: whatever is missing, it is not the right."""
        for method, path, _ in self.endpoints():
            path = path.replace("{id}", "0197a0b0-0000-7000-8000-000000000000")
            with self.subTest(method=method, path=path):
                answer = self.daemon.api(method, path, {} if method == "POST" else None)
                self.assertNotIn(answer.status, (401, 403, 500), answer)

    def test_SEC_30_a_token_that_may_read_changes_nothing(self):
        made = self.daemon.api("POST", "/api/v1/tokens", {"name": "reader", "scopes": ["read"]})
        self.assertEqual(made.status, 201, made)
        token = made.json["token"]
        for method, path, right in self.endpoints():
            path = path.replace("{id}", "0197a0b0-0000-7000-8000-000000000000")
            with self.subTest(method=method, path=path):
                status = self.daemon.api(
                    method, path, {} if method == "POST" else None, token=token
                ).status
                if right in ("none", "read"):
                    self.assertNotIn(status, (401, 403))
                else:
                    self.assertEqual(status, 403)

    def test_SEC_33_the_first_token_is_its_owners_file_and_nobody_can_ask_for_one(self):
        """SEC-33: file mode 0600, made once; no request without a token makes one."""
        file = self.daemon.data / "admin.token"
        self.assertEqual(stat.S_IMODE(file.stat().st_mode), 0o600)
        before = file.read_text()
        for path in ("/api/v1/tokens", "/api/v1/setup", "/setup", "/api/setup", "/api/v1/users"):
            for method in ("POST", "PUT", "GET"):
                answer = self.daemon.api(method, path, {"name": "me"}, token="")
                self.assertIn(answer.status, (401, 404, 405), answer)
                self.assertNotIn(before.strip(), answer.text)
        self.daemon.stop()
        self.assertNotIn(before.strip(), self.daemon.log.read_text())
        self.daemon.start()
        self.assertEqual(file.read_text(), before)
        self.assertEqual(stat.S_IMODE(file.stat().st_mode), 0o600)

    def test_I08_health_is_for_everybody_and_names_its_parts(self):
        for path in ("/health", "/api/health", "/health/ready"):
            answer = self.daemon.api("GET", path, token="")
            self.assertEqual((answer.status, answer.json["status"]), (200, "healthy"), answer)
        self.assertEqual(self.daemon.api("GET", "/health").json["services"]["docker"], "healthy")

    def test_I12_errors_are_problem_details_with_a_way_out(self):
        """I12: RFC 9457; the message says what, `mend` how."""
        for body in ("", "{", "[]", '{"repository": 7}', '{"repositry": "/x", "branch": "main"}'):
            answer = self.daemon.api("POST", "/api/v1/environments", body)
            self.assertEqual(answer.status, 400, answer)
            self.assertEqual(answer.headers["Content-Type"], "application/problem+json")
            self.assertTrue(answer.json["detail"])


if __name__ == "__main__":
    unittest.main()
