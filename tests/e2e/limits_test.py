#!/usr/bin/env python3
"""SEC-41: a scene that takes all it can get, told to by its visitor, does no harm to its neighbour."""

import http.client
import shutil
import threading
import unittest

from daemon import Daemon, Repository, small, until

# Each is asked for by a visitor and answers at once; what it began goes on behind the answer.
DEEDS = {
    # Without a limit of processes this machine would be lost.
    "bomb": "( (bomb() { bomb | bomb & }; bomb) & ) >/dev/null 2>&1 </dev/null",
    "hog": "( (x=0123456789; while :; do x=$x$x; done) & ) >/dev/null 2>&1 </dev/null",
    "flood": "( $b yes 'a line that nobody asked for, and many more of them' "
             ">/proc/1/fd/1 2>/dev/null </dev/null & )",
    "spin": "for i in 1 2 3 4 5 6 7 8; do ( while :; do :; done & ) >/dev/null 2>&1 </dev/null; done",
    "fill": "( $b dd if=/dev/zero of=/www/filler bs=1M count=64 & ) >/dev/null 2>&1 </dev/null",
    "stop": "$b pkill -9 -f asked",
}
DOCKERFILE = (
    "FROM scratch\nCOPY busybox /bin/busybox\nCOPY busybox /bin/sh\nCOPY www /www\nEXPOSE 8080\n"
    'ENTRYPOINT ["/bin/busybox", "httpd", "-f", "-p", "8080", "-h", "/www"]\n'
)
COMPOSE = (
    "services:\n  page:\n    build: .\n    ports: ['8080']\n    restart: unless-stopped\n"
    "    mem_limit: 64m\n    pids_limit: 100\n    cpus: 0.5\n"
)


def greedy(folder):
    repository = Repository(folder)
    shutil.copy("/bin/busybox", folder / "busybox")
    repository.write("www/index.html", "greedy")
    for name, deed in DEEDS.items():
        file = f"www/cgi-bin/{name}"
        repository.write(
            file, f"#!/bin/sh\nb=/bin/busybox\n{deed}\n$b printf 'Content-Type: text/plain\\r\\n\\r\\ndone'\n"
        )
        (folder / file).chmod(0o755)
    repository.write("Dockerfile", DOCKERFILE)
    repository.write("compose.yaml", COMPOSE)
    repository.commit("Take all")
    return repository


class Limits(unittest.TestCase):
    def setUp(self):
        self.daemon = Daemon('[limits]\ndisk = "48m"\n').start()
        self.addCleanup(self.daemon.end)
        self.neighbour = self.deploy(small(self.daemon.folder / "quiet" / "corner", "still here"))
        self.greedy = self.deploy(greedy(self.daemon.folder / "loud" / "shop"))
        label = [f"diorama.environment={self.greedy['id']}"]
        self.container = self.daemon.engine.get("/containers/json?", label=label)[0]["Id"]

    def deploy(self, repository):
        environment = self.daemon.deploy(repository).json
        self.assertEqual(environment["state"], "ready", environment)
        return environment

    def tell(self, deed):
        answer = self.daemon.page(self.greedy, path=f"/cgi-bin/{deed}")
        self.assertEqual((answer.status, answer.text), (200, "done"), deed)

    def stats(self):
        return self.daemon.engine.get(f"/containers/{self.container}/stats?stream=false&one-shot=true")

    def calm(self, while_what):
        """The neighbour answers, and so does the daemon."""
        for _ in range(20):
            answer = self.daemon.page(self.neighbour)
            self.assertEqual((answer.status, answer.text), (200, "still here"), while_what)
        self.assertEqual(self.daemon.api("GET", "/health/ready", token="").status, 200, while_what)

    def test_SEC_41_processes_memory_and_cores_end_at_the_limits_of_the_scene(self):
        self.tell("spin")
        self.calm("it spins")
        self.tell("bomb")
        until(lambda: self.stats()["pids_stats"].get("current", 0) > 90, "the bomb to go off")
        self.assertLessEqual(self.stats()["pids_stats"]["current"], 100)
        self.calm("it forks")
        # Too many processes are left for another to begin: its Engine ends them.
        self.daemon.engine.post(f"/containers/{self.container}/restart?t=0")
        until(lambda: self.daemon.page(self.greedy).status == 200, "the greedy one to be back")
        self.tell("hog")
        self.calm("it eats")
        # What eats for ever ends only when the kernel ends it.
        until(lambda: self.processes() == ["httpd"], "the kernel to end the hog")
        self.assertEqual(self.stats()["memory_stats"]["limit"], 64 << 20)
        self.assertEqual(self.daemon.page(self.greedy).status, 200)

    def processes(self):
        rows = self.daemon.engine.get(f"/containers/{self.container}/top")["Processes"]
        return [row[-1].split()[1] for row in rows]

    def test_SEC_41_a_flood_of_lines_costs_the_flooder_his_log_and_nobody_else(self):
        self.tell("flood")
        self.calm("it floods")
        name = self.greedy["id"]

        def cut():
            told = self.daemon.lines(name, "&type=system")
            return any("lines dropped" in line["message"] for line in told)

        until(cut, "the log to say that lines are missing")
        self.calm("it still floods")
        self.tell("stop")
        # The daemon has the flood behind it and goes on with what it was asked for.
        answer = self.daemon.deploy(small(self.daemon.folder / "third" / "corner", "third"))
        self.assertEqual(answer.json["state"], "ready", answer)

    def test_SEC_41_a_scene_that_fills_the_disk_is_taken_down_with_all_it_wrote(self):
        self.tell("fill")
        name = self.greedy["id"]
        until(lambda: self.daemon.environment(name)["state"] == "destroyed", "the end of the greedy one")
        self.calm("it was taken down")
        events = self.daemon.get(f"/api/v1/environments/{name}/events")["items"]
        told = [event["actor"] for event in events]
        self.assertTrue(any("to disk, and may 48 MiB" in each for each in told), told)
        label = [f"diorama.environment={name}"]
        self.assertEqual(self.daemon.engine.get("/containers/json?all=1&", label=label), [])

    def test_SEC_41_a_crowd_of_connections_leaves_the_gateway_to_the_others(self):
        crowd = []
        lock = threading.Lock()

        def knock():
            for _ in range(100):
                connection = http.client.HTTPConnection("127.0.0.1", self.daemon.gateway_port, timeout=30)
                connection.connect()
                connection.sock.sendall(b"GET / HTTP/1.1\r\nHost: half")
                with lock:
                    crowd.append(connection)

        threads = [threading.Thread(target=knock) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(len(crowd), 800)
        self.calm("800 visitors wait half-way")
        for connection in crowd:
            connection.close()


if __name__ == "__main__":
    unittest.main()
