-- By which rules a pull request was judged: others judge it anew.

ALTER TABLE pull_requests ADD COLUMN rules TEXT NOT NULL DEFAULT '';
