-- What somebody wrote in a comment, as it is written: "/preview stop"; before, only the commit that
-- an approval named. And the comment it stands in, since one may be told of by two deliveries.

ALTER TABLE deliveries RENAME COLUMN approves TO command;
UPDATE deliveries SET command = '/preview ' || command WHERE command <> '';
ALTER TABLE deliveries ADD COLUMN comment TEXT NOT NULL DEFAULT '';
CREATE INDEX deliveries_by_comment ON deliveries (repository_id, comment) WHERE comment <> '';
CREATE INDEX deliveries_with_commands ON deliveries (repository_id, pull_request, id)
    WHERE command <> '';
