#!/usr/bin/env python3
"""CPU per proxied request: the gateway, nginx and a bare TCP relay in one interleaved run.

Each round asks each proxy for the same number of requests, in turn, and reads how much CPU its
processes used meanwhile. The figures are the medians of the rounds' ratios: what else the machine
does hits all three alike. The relay reads nothing and knows no hosts: it is the floor.

    bench/gateway/run.py            a table
    bench/gateway/run.py --json     {"1k": {"cpu_us": ..., "of_nginx": ..., "of_relay": ...}, ...}
"""

import argparse
import glob
import json
import os
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time

ROOT = os.path.realpath(os.path.join(os.path.dirname(__file__), "..", ".."))
PROGRAM = os.path.join(ROOT, "build", "release", "bench", "gateway_bench")
HOSTS = 500

# name: connections, requests per round, hosts, path
CASES = {
    "1k": (64, 40_000, 1, "/1k"),
    "500_hosts": (64, 40_000, HOSTS, "/1k"),
    "1m": (16, 2_000, 1, "/1m"),
}
BARS = {
    "1k": {"of_nginx": 0.75, "of_relay": 1.15},
    "500_hosts": {"of_nginx": 0.65, "of_relay": 1.25},
    "1m": {"of_nginx": 0.50, "of_relay": 1.20},
}


def build():
    """Brings the measured program up to date; the gateway in it is the release build's."""
    quiet = {"cwd": ROOT, "stdout": sys.stderr}
    if not os.path.exists(os.path.join(ROOT, "build", "release", "CMakeCache.txt")):
        subprocess.run(["cmake", "--preset", "release"], check=True, **quiet)
    subprocess.run(
        ["cmake", "--build", "--preset", "release", "--target", "gateway_bench"], check=True, **quiet
    )


def free_ports(count):
    held = [socket.socket() for _ in range(count)]
    for one in held:
        one.bind(("127.0.0.1", 0))
    ports = [one.getsockname()[1] for one in held]
    for one in held:
        one.close()
    return ports


def upstream_of(host):
    return f"127.0.{1 + host // 250}.{1 + host % 250}"


def nginx_config(folder, port, app_port):
    """nginx as Debian ships it, with what a fair comparison needs: one worker, kept connections on
    both sides, the same forwarding fields, nothing written to disk. Its buffers are its defaults."""
    upstreams = "\n".join(
        f"  upstream u{i} {{ server {upstream_of(i)}:{app_port}; keepalive 64; "
        "keepalive_requests 1000000000; }"
        for i in range(HOSTS)
    )
    servers = "\n".join(
        f"  server {{ listen 127.0.0.1:{port}; server_name pr-{i}-shop.example.test; "
        f"location / {{ proxy_pass http://u{i}; }} }}"
        for i in range(HOSTS)
    )
    return f"""
worker_processes 1;
daemon off;
pid {folder}/pid;
error_log {folder}/error.log;
events {{ worker_connections 8192; }}
http {{
  access_log off;
  keepalive_requests 1000000000;
  server_names_hash_max_size 4096;
  server_names_hash_bucket_size 128;
  client_body_temp_path {folder}/body;
  proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi;
  scgi_temp_path {folder}/scgi;
  proxy_http_version 1.1;
  proxy_max_temp_file_size 0;


  proxy_set_header Connection "";
  proxy_set_header Host $http_host;
  proxy_set_header X-Real-IP $remote_addr;
  proxy_set_header X-Forwarded-For $remote_addr;
  proxy_set_header X-Forwarded-Proto $scheme;
  proxy_set_header X-Forwarded-Host $http_host;
  proxy_set_header X-Forwarded-Port $server_port;
  proxy_set_header Forwarded 'for=$remote_addr;proto=$scheme;host="$http_host"';
{upstreams}
{servers}
}}
"""


def cpu_seconds(pid):
    """User and system time of a process with all its threads, and of its children's.

    schedstat counts the same time as utime and stime do, in nanoseconds instead of ticks.
    """
    total = 0
    for task in glob.glob(f"/proc/{pid}/task/*/schedstat"):
        with open(task, encoding="ascii") as file:
            total += int(file.read().split()[0]) / 1e9
    for children in glob.glob(f"/proc/{pid}/task/*/children"):
        with open(children, encoding="ascii") as file:
            total += sum(cpu_seconds(int(child)) for child in file.read().split())
    return total


def wait_for(port):
    for _ in range(500):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.02)
    sys.exit(f"nothing listens on 127.0.0.1:{port}")


class Peers:
    """The app and the three proxies before it, each a process of its own."""

    def __init__(self, threads):
        self.folder = tempfile.mkdtemp(prefix="diorama-bench-")
        app, gateway, nginx, relay = free_ports(4)
        self.ports = {"gateway": gateway, "nginx": nginx, "relay": relay}
        config = os.path.join(self.folder, "nginx.conf")
        with open(config, "w", encoding="ascii") as file:
            file.write(nginx_config(self.folder, nginx, app))
        self.app = self.start(PROGRAM, "app", app)
        wait_for(app)
        self.running = {
            "gateway": self.start(PROGRAM, "proxy", gateway, threads, HOSTS, app),
            "nginx": self.start("nginx", "-p", self.folder, "-c", config),
            "relay": self.start(PROGRAM, "relay", relay, app),
        }
        for port in self.ports.values():
            wait_for(port)

    @staticmethod
    def start(*command):
        return subprocess.Popen([str(word) for word in command], stdout=subprocess.DEVNULL)

    def ask(self, proxy, case, requests):
        """CPU microseconds per request, and requests per second."""
        connections, _, hosts, path = CASES[case]
        before = cpu_seconds(self.running[proxy].pid)
        command = [PROGRAM, "load", self.ports[proxy], connections, requests, hosts, path]
        rate = subprocess.run(
            [str(word) for word in command], check=True, capture_output=True, text=True
        )
        used = cpu_seconds(self.running[proxy].pid) - before
        return used * 1e6 / requests, float(rate.stdout)

    def stop(self):
        for process in [*self.running.values(), self.app]:
            process.send_signal(signal.SIGTERM)
        for process in [*self.running.values(), self.app]:
            process.wait()
        shutil.rmtree(self.folder)


def measure(peers, rounds, scale):
    figures = {case: {proxy: [] for proxy in peers.ports} for case in CASES}
    rates = {case: {proxy: [] for proxy in peers.ports} for case in CASES}
    order = list(peers.ports)
    for turn in range(rounds + 1):
        for case, (_, requests, _, _) in CASES.items():
            for proxy in order:
                used, rate = peers.ask(proxy, case, max(200, int(requests * scale)))
                if turn > 0:  # The first round warms up.
                    figures[case][proxy].append(used)
                    rates[case][proxy].append(rate)
        order = order[1:] + order[:1]
    return figures, rates


def ratios(figures):
    answer = {}
    for case, used in figures.items():
        of = {
            peer: statistics.median(a / b for a, b in zip(used["gateway"], used[peer]))
            for peer in ("nginx", "relay")
        }
        answer[case] = {
            "cpu_us": round(statistics.median(used["gateway"]), 2),
            "of_nginx": round(of["nginx"], 3),
            "of_relay": round(of["relay"], 3),
        }
    return answer


def table(answer, figures, rates, lookups):
    print(f"{'':12}{'gateway':>10}{'nginx':>10}{'relay':>10}{'of nginx':>12}{'of relay':>12}")
    for case, row in answer.items():
        used = [f"{statistics.median(figures[case][proxy]):8.2f}us" for proxy in figures[case]]
        marks = [
            f"{row[of]:.3f} {'<=' if row[of] <= bar else '> '}{bar:.2f}"
            for of, bar in BARS[case].items()
        ]
        print(f"{case:12}{''.join(used)}{marks[0]:>14}{marks[1]:>13}")
    print("\nrequests a second (median)")
    for case in answer:
        rate = "".join(f"{statistics.median(rates[case][proxy]):10.0f}" for proxy in rates[case])
        print(f"{case:12}{rate}")
    print("\nfinding a route: " + ", ".join(f"{ns} ns among {n}" for n, ns in lookups.items()))


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--json", action="store_true", help="the ratios alone, as JSON")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--scale", type=float, default=1.0, help="of the requests per round")
    arguments = parser.parse_args()
    if shutil.which("nginx") is None:
        sys.exit("nginx is not installed: apt-get install nginx-light")
    build()
    peers = Peers(threads=1)
    try:
        figures, rates = measure(peers, arguments.rounds, arguments.scale)
    finally:
        peers.stop()
    answer = ratios(figures)
    if arguments.json:
        print(json.dumps(answer))
        return
    found = subprocess.run([PROGRAM, "lookup"], check=True, capture_output=True, text=True)
    table(answer, figures, rates, json.loads(found.stdout))


if __name__ == "__main__":
    main()
