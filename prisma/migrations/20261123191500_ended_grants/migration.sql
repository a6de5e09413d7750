BEGIN;

-- Tokens that end with nothing to refresh them, in the order of their end.
CREATE INDEX "oauth_grant_ending_idx" ON "oauth_grant"("access_token_expires_at") WHERE NOT "refreshable" AND "tokens" IS NOT NULL;

COMMIT;
