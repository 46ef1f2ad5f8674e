-- The ports of this machine that an environment owns from when it is put up until it is gone.

CREATE TABLE ports (
    environment TEXT PRIMARY KEY REFERENCES environments (id),
    app         BIGINT NOT NULL UNIQUE,
    database    BIGINT NOT NULL UNIQUE,
    taken_at    BIGINT NOT NULL
);
