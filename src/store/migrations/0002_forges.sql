-- Forges with an API: what they told us, what they say about pull requests, what we told them.

ALTER TABLE projects ADD COLUMN forge TEXT;
ALTER TABLE projects ADD COLUMN repository_id TEXT;
CREATE UNIQUE INDEX projects_by_forge ON projects (tenant, forge, repository_id);

ALTER TABLE environments ADD COLUMN wanted_untrusted BIGINT NOT NULL DEFAULT 0;

-- What a forge sent, as it came. No reference to projects: most name none of ours.
CREATE TABLE deliveries (
    id            TEXT PRIMARY KEY,
    tenant        TEXT NOT NULL REFERENCES tenants (id),
    forge         TEXT NOT NULL,
    delivery      TEXT NOT NULL,
    event         TEXT NOT NULL,
    action        TEXT NOT NULL,
    repository_id TEXT NOT NULL,
    repository    TEXT NOT NULL,
    pull_request  BIGINT,
    sender        TEXT NOT NULL,
    approves      TEXT NOT NULL,
    remote        TEXT NOT NULL,
    headers       TEXT NOT NULL,
    body          TEXT NOT NULL,
    verdict       TEXT NOT NULL,
    reason        TEXT NOT NULL,
    replay_of     TEXT,
    received_at   BIGINT NOT NULL,
    handled_at    BIGINT
);
-- A forged delivery must not use up the id of the true one.
CREATE UNIQUE INDEX deliveries_once ON deliveries (tenant, forge, delivery)
    WHERE replay_of IS NULL AND verdict <> 'refused';
CREATE INDEX deliveries_by_time ON deliveries (tenant, received_at, id);
CREATE INDEX deliveries_waiting ON deliveries (repository_id, pull_request)
    WHERE verdict = 'waiting';

-- due: when somebody should ask the forge again; NULL: no need known. asked counts who asked for
-- it, so that a question in the middle of a look is not lost.
CREATE TABLE pull_requests (
    project         TEXT NOT NULL REFERENCES projects (id),
    number          BIGINT NOT NULL,
    title           TEXT NOT NULL,
    author          TEXT NOT NULL,
    author_id       TEXT NOT NULL,
    head_commit     TEXT NOT NULL,
    head_ref        TEXT NOT NULL,
    head_repository TEXT NOT NULL,
    base_ref        TEXT NOT NULL,
    status          TEXT NOT NULL,
    draft           BIGINT NOT NULL,
    labels          TEXT NOT NULL,
    updated_at      BIGINT NOT NULL,
    permission      TEXT NOT NULL,
    read_at         BIGINT,
    due             BIGINT,
    asked           BIGINT NOT NULL,
    attempt         BIGINT NOT NULL,
    verdict         TEXT NOT NULL,
    reason          TEXT NOT NULL,
    approved_commit TEXT NOT NULL,
    approved_by     TEXT NOT NULL,
    approved_at     BIGINT,
    PRIMARY KEY (project, number)
);
CREATE INDEX pull_requests_by_due ON pull_requests (due, project, number) WHERE due IS NOT NULL;

-- What the forge shows about an environment, and what is still to be told. An intent without an id
-- is a thing that was perhaps made: look before making it again.
CREATE TABLE feedback (
    environment       TEXT PRIMARY KEY REFERENCES environments (id),
    comment           TEXT NOT NULL,
    comment_intended  BIGINT NOT NULL,
    comments_made     BIGINT NOT NULL,
    comment_hash      TEXT NOT NULL,
    status_commit     TEXT NOT NULL,
    status_hash       TEXT NOT NULL,
    deployment        TEXT NOT NULL,
    deployment_commit TEXT NOT NULL,
    deployment_hash   TEXT NOT NULL,
    due               BIGINT,
    asked             BIGINT NOT NULL,
    attempt           BIGINT NOT NULL,
    problem           TEXT NOT NULL
);
CREATE INDEX feedback_by_due ON feedback (due, environment) WHERE due IS NOT NULL;
