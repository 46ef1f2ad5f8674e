#!/usr/bin/env python3
"""The README's feature table says `works` only of what a test names, and names every ID once.

A row may hold several IDs and ranges: `A02, A03`, `SEC-01–05`. A test names an ID in its source
(`A20`, `SEC-10`, in Python's names `SEC_10`).
"""

import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
# How many rows of each letter the acceptance list has.
LETTERS = {"A": 21, "B": 20, "C": 9, "D": 10, "E": 18, "F": 14, "G": 13, "H": 12, "I": 15,
           "J": 13, "K": 17, "L": 14, "M": 4, "N": 11}
ITEM = re.compile(r"([A-Z]+-?)(\d+)(?:[–-](?:[A-Z]+-?)?(\d+))?")


def ids(cell):
    """`A02, SEC-01–03` → A02, SEC-01, SEC-02, SEC-03"""
    found = []
    for item in cell.split(","):
        match = ITEM.fullmatch(item.strip())
        if not match:
            sys.exit(f"README.md: '{item.strip()}' is no ID of the feature table")
        prefix, first, last = match[1], int(match[2]), int(match[3] or match[2])
        found += [f"{prefix}{number:02}" for number in range(first, last + 1)]
    return found


def rows(text):
    """The IDs and the state of each row."""
    for line in text.splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if line.startswith("|") and len(cells) == 4 and re.match(r"[A-Z]+-?\d", cells[0]):
            yield ids(cells[0]), cells[2]


def test_texts():
    """The text of every test by path."""
    for folder in ("src", "tests"):
        for path in (ROOT / folder).rglob("*"):
            name = path.name
            is_test = re.search(r"_test\.(cpp|py)$|_contract.*\.(cpp|hpp)$|tidy_test\.cpp$", name)
            listed = name == "CMakeLists.txt" or path.parent.name == "tidy" and name != "features.py"
            if path.is_file() and (is_test or (folder == "tests" and listed)):
                yield path, path.read_text(encoding="utf-8")


def named():
    """Every ID that some test names: in C++ within a text, as there the names of tests stand."""
    found = set()
    for path, text in test_texts():
        if path.suffix in (".cpp", ".hpp"):
            text = "\n".join(re.findall(r'"(?:[^"\\\n]|\\.)*"', text))
        found |= set(re.findall(r"(?<![A-Za-z0-9])[A-O]\d\d(?![0-9A-Za-z])", text))
        found |= {f"SEC-{number}" for number in re.findall(r"SEC[-_](\d\d)(?!\d)", text)}
    return found


def main():
    problems, states = [], {}
    tested = named()
    if len(tested) < 50:
        sys.exit(f"only {len(tested)} IDs are named by tests: the tests were not found")
    for row, state in rows((ROOT / "README.md").read_text(encoding="utf-8")):
        if not re.match(r"(works|partly|planned)\b", state):
            problems.append(f"{', '.join(row)}: '{state}' begins with neither works, partly nor planned")
        for each in row:
            if each in states:
                problems.append(f"{each} stands in two rows")
            states[each] = state
            if state.startswith("works") and each not in tested:
                problems.append(f"{each} is said to work, and no test names it")
    for letter, last in LETTERS.items():
        for number in range(1, last + 1):
            if f"{letter}{number:02}" not in states:
                problems.append(f"{letter}{number:02} is missing in the feature table")
    if problems:
        sys.exit("README.md:\n  " + "\n  ".join(problems))
    works = sum(state.startswith("works") for state in states.values())
    print(f"{len(states)} features, {works} work and are named by tests")


if __name__ == "__main__":
    main()
