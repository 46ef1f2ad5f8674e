#!/usr/bin/env python3
"""No query of the store reads a table that grows from one end to the other.

Every SQL text of src/store is planned by SQLite on the schema of the migrations. A table that is
scanned costs nothing in a test and everything a month later.
"""

import pathlib
import re
import sqlite3
import sys

STORE = pathlib.Path(__file__).resolve().parents[2] / "src" / "store"
TEXT = re.compile(r'constexpr auto (\w+_sql) =\s*(?:R"sql\((.*?)\)sql"|"([^"]*)");', re.DOTALL)

# What may be read as a whole, and why.
SMALL = {
    "hosts": "one a machine",
    "tokens": "people make them by hand",
    "settings": "a few",
    "instances": "what runs now",
    "ports": "one an environment that stands",
    "jobs": "one an environment that waits for work",
    "busy": "who runs, or began in the last five minutes",
    "environments": "the resync looks at all, once a minute",
}


def schema():
    database = sqlite3.connect(":memory:")
    own = (STORE / "migrations.cpp").read_text(encoding="utf-8")
    database.executescript(re.search(r"CREATE TABLE.*?\n    \)", own, re.DOTALL)[0])
    for migration in sorted((STORE / "migrations").glob("*.sql")):
        database.executescript(migration.read_text(encoding="utf-8"))
    return database


def queries():
    for path in sorted(STORE.glob("*.cpp")):
        if not path.name.endswith("_test.cpp"):
            for name, block, line in TEXT.findall(path.read_text(encoding="utf-8")):
                if not (block or line).strip().startswith(("AND", "CREATE")):
                    yield f"{path.name}: {name}", block or line


def plan(database, sql):
    names = dict.fromkeys(re.findall(r":(\w+)", sql))
    return [row[3] for row in database.execute("EXPLAIN QUERY PLAN " + sql, names)]


def main():
    database, problems, planned = schema(), [], 0
    for where, sql in queries():
        planned += 1
        for step in plan(database, sql):
            scanned = re.match(r"SCAN (\w+)", step)
            if scanned and scanned[1] not in SMALL:
                problems.append(f"{where}: {step}")
    if planned < 60:
        sys.exit(f"only {planned} queries in src/store: they were not found")
    if problems:
        sys.exit("src/store reads whole tables:\n  " + "\n  ".join(problems))
    print(f"{planned} queries, none reads a table that grows as a whole")


if __name__ == "__main__":
    main()
