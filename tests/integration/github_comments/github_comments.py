#!/usr/bin/env python3
"""The comments of tests/data/github/comments through cmark-gfm, GitHub's own Markdown renderer: what
people typed in the hostile one shows, and does nothing (SEC-61)."""

import html.parser
import pathlib
import re
import subprocess
import unittest

COMMENTS = pathlib.Path(__file__).resolve().parents[3] / "tests/data/github/comments"
TAGS = {
    "p", "strong", "a", "code", "pre", "table", "thead", "tbody", "tr", "th", "td", "details", "summary"}


class Page(html.parser.HTMLParser):
    """What a comment is made of, once it is HTML."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.links, self.attributes, self.cells = set(), [], set(), []
        self.comments, self.text, self.open = [], "", []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.open.append(tag)
        self.attributes |= {name for name, _ in attrs}
        self.links += [value for name, value in attrs if name == "href"]
        if tag == "tr":
            self.cells.append(0)
        if tag in ("td", "th"):
            self.cells[-1] += 1

    def handle_endtag(self, tag):
        self.open.remove(tag)

    def handle_data(self, data):
        """Text in which GitHub looks for mentions and references."""
        if "code" not in self.open:
            self.text += data

    def handle_comment(self, data):
        self.comments.append(data.strip())


def rendered(markdown):
    done = subprocess.run(
        ["cmark-gfm", "--unsafe", "-e", "table", "-e", "autolink", "-e", "strikethrough", "-e", "tasklist"],
        input=markdown, capture_output=True, text=True, check=True)
    return Page(done.stdout)


class Comments(unittest.TestCase):
    def test_every_comment_is_made_of_our_own_tags_and_one_marker(self):
        files = sorted(COMMENTS.glob("*.md"))
        self.assertGreater(len(files), 9)
        for file in files:
            with self.subTest(file.name):
                page = rendered(file.read_text(encoding="utf-8"))
                self.assertLessEqual(page.tags, TAGS)
                self.assertLessEqual(page.attributes, {"href", "class"})
                self.assertEqual(page.comments, ["diorama:0195f0a1:0195f0a2"])
                self.assertEqual(page.open, [])
                self.assertLessEqual(set(page.cells), {3})

    def test_sec_61_what_people_typed_shows_and_does_nothing(self):
        page = rendered((COMMENTS / "hostile.md").read_text(encoding="utf-8"))
        self.assertEqual(page.links, [])
        self.assertIn("everyone", page.text)
        self.assertIn("<script>alert(1)</script>", page.text)
        self.assertIn("![x](https://evil.example/beacon.png)", page.text)
        self.assertEqual(re.findall(r"@\w", page.text), [])
        self.assertEqual(re.findall(r"#\d", page.text), [])

    def test_a_comment_that_does_something_is_found(self):
        page = rendered("Hello @everyone, #1 <script>x</script> ![x](https://e.example) www.e.example\n")
        self.assertIn("script", page.tags)
        self.assertIn("img", page.tags)
        self.assertEqual(page.links, ["http://www.e.example"])
        self.assertEqual(re.findall(r"@\w", page.text), ["@e"])


if __name__ == "__main__":
    unittest.main(verbosity=2)
