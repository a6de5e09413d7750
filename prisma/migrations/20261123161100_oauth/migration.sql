BEGIN;

-- CreateTable
CREATE TABLE "oauth_grant" (
    "connection_id" UUID NOT NULL,
    "token_version" INTEGER NOT NULL DEFAULT 1,
    "tokens" BYTEA,
    "tokens_data_key_id" UUID,
    "scopes" TEXT[] COLLATE "C",
    "wanted_scopes" TEXT[] COLLATE "C",
    "access_token_expires_at" TIMESTAMPTZ(3),
    "access_token_life" INTEGER,
    "refreshable" BOOLEAN NOT NULL,
    "token_host" TEXT COLLATE "C" NOT NULL,
    "last_refreshed_at" TIMESTAMPTZ(3),
    "next_refresh_at" TIMESTAMPTZ(3),
    "consecutive_failures" INTEGER NOT NULL DEFAULT 0,
    "last_refresh_error" TEXT COLLATE "C",
    "attempt_started_at" TIMESTAMPTZ(3),
    "lease_owner" TEXT COLLATE "C",
    "lease_until" TIMESTAMPTZ(3),

    CONSTRAINT "oauth_grant_pkey" PRIMARY KEY ("connection_id")
);

-- CreateTable
CREATE TABLE "authorization_attempt" (
    "id" UUID NOT NULL,
    "state_digest" BYTEA NOT NULL,
    "connection_id" UUID NOT NULL,
    "verifier" BYTEA NOT NULL,
    "verifier_data_key_id" UUID NOT NULL,
    "initiator" TEXT COLLATE "C" NOT NULL,
    "provider" BYTEA NOT NULL,
    "redirect_uri" TEXT COLLATE "C" NOT NULL,
    "return_url" TEXT COLLATE "C",
    "scopes" TEXT[] COLLATE "C",
    "undo_digest" BYTEA,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT transaction_timestamp(),
    "expires_at" TIMESTAMPTZ(3) NOT NULL DEFAULT (transaction_timestamp() + '00:10:00'::interval),
    "consumed_at" TIMESTAMPTZ(3),

    CONSTRAINT "authorization_attempt_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "oauth_grant_next_refresh_at_idx" ON "oauth_grant"("next_refresh_at");

-- CreateIndex
CREATE UNIQUE INDEX "authorization_attempt_state_digest_key" ON "authorization_attempt"("state_digest");

-- CreateIndex
CREATE UNIQUE INDEX "authorization_attempt_undo_digest_key" ON "authorization_attempt"("undo_digest");

-- CreateIndex
CREATE INDEX "authorization_attempt_connection_id_idx" ON "authorization_attempt"("connection_id");

-- CreateIndex
CREATE INDEX "authorization_attempt_expires_at_idx" ON "authorization_attempt"("expires_at");

-- AddForeignKey
ALTER TABLE "oauth_grant" ADD CONSTRAINT "oauth_grant_connection_id_fkey" FOREIGN KEY ("connection_id") REFERENCES "connection"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "oauth_grant" ADD CONSTRAINT "oauth_grant_tokens_data_key_id_fkey" FOREIGN KEY ("tokens_data_key_id") REFERENCES "data_key"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "authorization_attempt" ADD CONSTRAINT "authorization_attempt_connection_id_fkey" FOREIGN KEY ("connection_id") REFERENCES "connection"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "authorization_attempt" ADD CONSTRAINT "authorization_attempt_verifier_data_key_id_fkey" FOREIGN KEY ("verifier_data_key_id") REFERENCES "data_key"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

COMMIT;
