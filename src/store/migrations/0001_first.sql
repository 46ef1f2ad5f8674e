-- The first schema. Each statement ends with a semicolon at the end of its line.
-- Only types both databases understand alike: TEXT, and BIGINT for numbers, times and truth.

CREATE TABLE tenants (
    id         TEXT PRIMARY KEY,
    name       TEXT NOT NULL,
    created_at BIGINT NOT NULL
);

CREATE TABLE users (
    id         TEXT PRIMARY KEY,
    tenant     TEXT NOT NULL REFERENCES tenants (id),
    login      TEXT NOT NULL,
    name       TEXT NOT NULL,
    email      TEXT NOT NULL,
    created_at BIGINT NOT NULL
);

CREATE TABLE identities (
    tenant      TEXT NOT NULL REFERENCES tenants (id),
    forge       TEXT NOT NULL,
    external_id TEXT NOT NULL,
    user_id     TEXT NOT NULL REFERENCES users (id),
    PRIMARY KEY (tenant, forge, external_id)
);

CREATE TABLE tokens (
    id           TEXT PRIMARY KEY,
    tenant       TEXT NOT NULL REFERENCES tenants (id),
    user_id      TEXT REFERENCES users (id),
    name         TEXT NOT NULL,
    hash         TEXT NOT NULL UNIQUE,
    scopes       TEXT NOT NULL,
    created_at   BIGINT NOT NULL,
    last_used_at BIGINT,
    expires_at   BIGINT
);

CREATE TABLE projects (
    id         TEXT PRIMARY KEY,
    tenant     TEXT NOT NULL REFERENCES tenants (id),
    slug       TEXT NOT NULL UNIQUE,
    repository TEXT NOT NULL,
    name       TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    UNIQUE (tenant, repository)
);

-- identity_key, wanted_* and the counters: a row is locked by the update that takes a number.
CREATE TABLE environments (
    id                TEXT PRIMARY KEY,
    tenant            TEXT NOT NULL REFERENCES tenants (id),
    project           TEXT NOT NULL REFERENCES projects (id),
    kind              TEXT NOT NULL,
    identity_key      TEXT NOT NULL,
    forge             TEXT,
    repository_id     TEXT,
    installation_id   TEXT,
    pull_request      BIGINT,
    title             TEXT,
    owner_id          TEXT REFERENCES users (id),
    slug              TEXT NOT NULL UNIQUE,
    state             TEXT NOT NULL,
    version           BIGINT NOT NULL,
    wanted_generation BIGINT NOT NULL,
    wanted_ref        TEXT NOT NULL,
    wanted_commit     TEXT NOT NULL,
    wanted_presence   TEXT NOT NULL,
    wanted_rebuild    BIGINT NOT NULL,
    serving           BIGINT NOT NULL,
    serving_commit    TEXT NOT NULL,
    cause             TEXT NOT NULL,
    event_sequence    BIGINT NOT NULL,
    log_sequence      BIGINT NOT NULL,
    created_at        BIGINT NOT NULL,
    updated_at        BIGINT NOT NULL,
    last_accessed_at  BIGINT,
    destroyed_at      BIGINT,
    UNIQUE (tenant, project, kind, identity_key)
);
CREATE INDEX environments_by_age ON environments (tenant, created_at, id);
CREATE INDEX environments_by_update ON environments (tenant, updated_at, id);
CREATE INDEX environments_by_slug ON environments (tenant, slug, id);
CREATE INDEX environments_by_state ON environments (tenant, state);

CREATE TABLE deployments (
    id           TEXT PRIMARY KEY,
    environment  TEXT NOT NULL REFERENCES environments (id),
    generation   BIGINT NOT NULL,
    commit_id    TEXT NOT NULL,
    status       TEXT NOT NULL,
    cause        TEXT NOT NULL,
    created_at   BIGINT NOT NULL,
    started_at   BIGINT,
    completed_at BIGINT
);
CREATE INDEX deployments_by_environment ON deployments (environment, generation, id);

CREATE TABLE events (
    environment TEXT NOT NULL REFERENCES environments (id),
    sequence    BIGINT NOT NULL,
    at          BIGINT NOT NULL,
    actor_type  TEXT NOT NULL,
    actor_name  TEXT NOT NULL,
    actor_user  TEXT,
    event       TEXT NOT NULL,
    from_state  TEXT NOT NULL,
    to_state    TEXT NOT NULL,
    data        TEXT NOT NULL,
    PRIMARY KEY (environment, sequence)
);

-- No reference to environments: lines outlive what they tell about.
CREATE TABLE log_lines (
    tenant      TEXT NOT NULL,
    environment TEXT NOT NULL,
    deployment  TEXT,
    type        TEXT NOT NULL,
    service     TEXT NOT NULL,
    sequence    BIGINT NOT NULL,
    stream      TEXT NOT NULL,
    message     TEXT NOT NULL,
    at          BIGINT NOT NULL,
    PRIMARY KEY (environment, sequence)
);
CREATE INDEX log_lines_by_time ON log_lines (at);

CREATE TABLE inventory (
    id          TEXT PRIMARY KEY,
    environment TEXT NOT NULL REFERENCES environments (id),
    generation  BIGINT NOT NULL,
    target      TEXT NOT NULL,
    type        TEXT NOT NULL,
    name        TEXT NOT NULL,
    external_id TEXT NOT NULL,
    service     TEXT NOT NULL,
    plan_key    TEXT NOT NULL,
    address     TEXT NOT NULL,
    status      TEXT NOT NULL,
    problem     TEXT NOT NULL,
    attempts    BIGINT NOT NULL,
    next_try    BIGINT,
    created_at  BIGINT NOT NULL,
    UNIQUE (target, type, name)
);
CREATE INDEX inventory_by_environment ON inventory (environment);
CREATE INDEX inventory_by_status ON inventory (status, next_try);
CREATE UNIQUE INDEX inventory_subnets ON inventory (target, address)
    WHERE type = 'network' AND address <> '';

-- Rows go when their generation no longer serves, whatever then happens to the container's entry.
CREATE TABLE instances (
    environment TEXT NOT NULL REFERENCES environments (id),
    service     TEXT NOT NULL,
    replica     BIGINT NOT NULL,
    container   TEXT NOT NULL,
    generation  BIGINT NOT NULL,
    plan_key    TEXT NOT NULL,
    image       TEXT NOT NULL,
    address     TEXT NOT NULL,
    port        BIGINT NOT NULL,
    host        TEXT NOT NULL,
    main        BIGINT NOT NULL,
    PRIMARY KEY (environment, service, replica)
);

-- An image is remembered after its last use, until its engine confirmed that it is gone.
CREATE TABLE images (
    target     TEXT NOT NULL,
    reference  TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (target, reference)
);

CREATE TABLE image_uses (
    target      TEXT NOT NULL,
    reference   TEXT NOT NULL,
    content_key TEXT NOT NULL,
    scope       TEXT NOT NULL,
    environment TEXT NOT NULL REFERENCES environments (id),
    generation  BIGINT NOT NULL,
    created_at  BIGINT NOT NULL,
    PRIMARY KEY (target, reference, environment, generation),
    FOREIGN KEY (target, reference) REFERENCES images (target, reference)
);
CREATE INDEX image_uses_by_environment ON image_uses (environment);

CREATE TABLE hosts (
    host        TEXT NOT NULL,
    path        TEXT NOT NULL,
    environment TEXT NOT NULL REFERENCES environments (id),
    service     TEXT NOT NULL,
    claimed_at  BIGINT NOT NULL,
    PRIMARY KEY (host, path)
);
CREATE INDEX hosts_by_environment ON hosts (environment);

-- One row for each environment, for ever, so that `lease` never counts anew. Idle: no due. Held by
-- nobody: lease_until 0. asked_due: asked for again while it was held.
CREATE TABLE jobs (
    environment TEXT PRIMARY KEY REFERENCES environments (id),
    priority    BIGINT NOT NULL,
    due         BIGINT,
    asked_due   BIGINT,
    lease       BIGINT NOT NULL,
    lease_owner TEXT NOT NULL,
    lease_until BIGINT NOT NULL,
    attempt     BIGINT NOT NULL
);
CREATE INDEX jobs_by_urgency ON jobs (priority, due, environment) WHERE due IS NOT NULL;

CREATE TABLE settings (
    name  TEXT PRIMARY KEY,
    value TEXT NOT NULL
);
