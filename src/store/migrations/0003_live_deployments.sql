-- The deployment a forge shows as the one that serves, while a newer one is under way.

ALTER TABLE feedback ADD COLUMN deployment_live TEXT NOT NULL DEFAULT '';
