-- A delivery's body stands apart from what is looked for and changed: to settle one wrote its body
-- again, and to look for one read the bodies of all.
CREATE TABLE delivery_bodies (
    id   TEXT PRIMARY KEY REFERENCES deliveries (id) ON DELETE CASCADE,
    body TEXT NOT NULL
);
INSERT INTO delivery_bodies (id, body) SELECT id, body FROM deliveries WHERE body <> '';
ALTER TABLE deliveries DROP COLUMN body;

-- Lists are by id, which grows with time; what is forgotten is found by its time.
DROP INDEX deliveries_by_time;
CREATE INDEX deliveries_by_id ON deliveries (tenant, id);
CREATE INDEX deliveries_by_time ON deliveries (received_at);
DROP INDEX deliveries_waiting;
CREATE INDEX deliveries_unsettled ON deliveries (repository_id, pull_request)
    WHERE verdict IN ('waiting', 'failed');
