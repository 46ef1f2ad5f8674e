#!/usr/bin/env python3
"""SEC-70: a forge that answers 500, 401, 404, nothing, half a list or broken ones. Nothing is taken
down on its account; where it looks as if much had been closed the brake holds and says so; and when
it is well again all is as it must be."""

import unittest

from place import REPOSITORY, Place, until

SCENES = 4  # As few as the brake takes for many.
MORE = 101  # More than a page of a list holds: without the label they have no preview.


class Forge(Place):
    rules = f'[projects."{REPOSITORY}"]\nlabels = ["preview"]\n'

    def setUp(self):
        self.make_place()
        self.numbers = []
        for index in range(SCENES):
            self.push(f"b{index}")
            self.numbers.append(self.open(f"b{index}"))
        self.converge(120)

    def open(self, branch):
        number = super().open(branch)
        self.hub.control("label", repository=REPOSITORY, number=number, value="preview")
        return number

    def lists_asked(self):
        """How often the daemon listed what is open."""
        asked = self.hub.ask("GET", "/_hub/asked")[2]
        return sum(one["method"] == "GET" and "/pulls?" in one["target"] for one in asked)

    def outlive(self, **fault):
        """The fault lasts for some rounds of the poller; nothing goes."""
        before = self.lists_asked()
        self.hub.control("fail-api", method="GET", path="/pulls", times=-1, **fault)
        until(lambda: self.lists_asked() >= before + 3, "three rounds of the poller", limit=30)
        self.stand(fault)

    def stand(self, fault):
        for number, one in self.environments().items():
            if number in self.numbers:
                self.assertEqual(one["state"], "ready", fault)
        containers = self.daemon.engine.containers(self.daemon.installation)
        self.assertEqual(len(containers), 3 * len(self.numbers), fault)

    def held(self):
        return self.daemon.get("/api/v1/brake")

    def test_SEC_70_a_forge_that_answers_wrongly_takes_nothing_down(self):
        for fault in (
            {"kind": "status", "status": 500},
            {"kind": "status", "status": 401},
            {"kind": "status", "status": 404},
            {"kind": "cut"},
            {"kind": "garbage"},
        ):
            self.outlive(**fault)
            self.hub.control("heal")
        self.assertFalse(self.held()["holds"])

        # A part of the list looks like closings: each is asked for, and told to be open.
        self.outlive(kind="half")
        self.hub.control("heal")

        # All of them at once: nobody is asked, somebody has to say so.
        before = self.daemon.log.read_text().count("the brake holds")
        self.outlive(kind="empty")
        told = self.held()
        self.assertTrue(told["holds"], told)
        self.assertEqual(len(told["missing"]), SCENES)
        self.assertIn("none of these previews was taken down", told["reason"])
        self.assertEqual(self.daemon.log.read_text().count("the brake holds"), before + 1)
        self.daemon.kill()
        self.daemon.start()
        self.assertTrue(self.held()["holds"], "a restart lets go of nothing")
        self.stand("after a restart")
        self.hub.control("heal")
        until(lambda: not self.held()["holds"], "the brake to let go of what was never closed")
        self.converge()

        self.second_page()
        for number in self.numbers:
            self.close(number)
        self.converge(90)
        self.assertEqual(self.daemon.left(), {})

    def second_page(self):
        """The first hundred are listed, and then the forge fails."""
        for index in range(MORE):
            branch = f"more{index}"
            self.hub.control("push", repository=REPOSITORY, branch=branch, files={"more": branch}, **{"from": "main"})
            self.hub.control("open", repository=REPOSITORY, head=branch, author="ada")
        self.outlive(kind="second_page", status=500)
        self.assertFalse(self.held()["holds"])
        self.hub.control("heal")
        self.converge()


if __name__ == "__main__":
    unittest.main(verbosity=2)
