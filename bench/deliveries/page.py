"""From a webhook's departure at the forge to the first byte of the version it tells of."""

import base64
import os
import statistics
import time

import shop
from daemon import Daemon
from hub import Hub
from table import row

REPOSITORY = "ada/shop"


class Pages:
    """A pull request of examples/shop. Each push changes one page; its webhook is held back until
    the commit is in the forge, so that only what the daemon does is timed. In turn the same page is
    built and started by plain Docker calls, as an update without a gap needs it."""

    def __init__(self, folder, hub, secret):
        self.folder = os.path.join(folder, "shop")
        self.hub = Hub(hub)
        self.secret = secret
        self.daemon = Daemon(
            f'[github]\nwebhook_secret = "{secret}"\ntoken = "{self.hub.token}"\n'
            f'api = "{self.hub.url}"\nweb = "{self.hub.url}"\n',
            DIORAMA_REPOSITORIES_PLAIN_HTTP="true",
        )
        self.hand = None
        self.times, self.by_hand = [], []

    def push(self, word, branch):
        shop.commit(self.folder, word)
        login = base64.b64encode(f"x:{self.hub.token}".encode()).decode()
        header = f"http.extraHeader=Authorization: Basic {login}"
        target = f"{self.hub.url}/{REPOSITORY}.git"
        shop.git(self.folder, "-c", header, "push", "-q", target, f"HEAD:refs/heads/{branch}")

    def open(self):
        """Puts the pull request's scene up; answers the host of its page."""
        shop.lay_out(self.folder)
        shop.git(self.folder, "init", "-q", "-b", "main")
        self.hub.control("create", name=REPOSITORY)
        self.push("the shop", "main")
        shop.show(self.folder, "round 0")
        self.push("round 0", "hats")
        self.daemon.start()
        url = f"http://127.0.0.1:{self.daemon.api}/webhooks/github"
        self.hub.control("hook", name=REPOSITORY, url=url, secret=self.secret)
        self.hub.control("open", repository=REPOSITORY, head="hats", author="ada")
        end = time.monotonic() + 60
        while time.monotonic() < end:
            for one in self.daemon.ask("GET", "/api/v1/environments")["items"]:
                if one["state"] == "ready":
                    return one["url"].split("//")[1].split(":")[0]
            time.sleep(0.05)
        raise TimeoutError("the pull request's scene did not get ready")

    def renew(self, host, word):
        shop.show(self.folder, word)
        self.hub.control("fail-hooks", hold=True)
        self.push(word, "hats")
        begun = time.monotonic()
        self.hub.control("release")
        shop.wait_for_page("127.0.0.1", self.daemon.gateway, word, host)
        self.times.append(time.monotonic() - begun)

    def renew_by_hand(self, word):
        shop.show(self.folder, word)
        begun = time.monotonic()
        self.hand.renew_page(word)
        self.by_hand.append(time.monotonic() - begun)

    def run(self, rounds):
        host = self.open()
        # The last /26 of the daemon's range: it takes its own from the front.
        subnet = self.daemon.range + ".255.192/26"
        self.hand = shop.ByHand(self.folder, f"dioramabench-{os.getpid()}-page", subnet)
        self.hand.up("round 0")
        for number in range(1, rounds + 1):
            self.renew(host, f"round {number}")
            self.renew_by_hand(f"round {number} by hand")

    def figures(self):
        ours, hand = statistics.median(self.times), statistics.median(self.by_hand)
        over = statistics.median(a - b for a, b in zip(self.times, self.by_hand))
        return {
            "page": row("webhook to the first byte of the new page", "s", ours, peer=hand),
            "page_over": row("  over the same calls by hand", "ms", over * 1e3),
        }

    def stop(self):
        try:
            self.daemon.stop()
            if self.hand:
                self.hand.down()
        finally:
            self.hub.close()
