BEGIN;

-- CreateTable
CREATE TABLE "token_revocation" (
    "id" UUID NOT NULL,
    "connection_id" UUID NOT NULL,
    "organization_id" UUID NOT NULL,
    "project_id" UUID NOT NULL,
    "host" TEXT COLLATE "C" NOT NULL,
    "request" BYTEA NOT NULL,
    "request_data_key_id" UUID NOT NULL,
    "failures" INTEGER NOT NULL DEFAULT 0,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT transaction_timestamp(),
    "next_try_at" TIMESTAMPTZ(3),

    CONSTRAINT "token_revocation_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "token_revocation_next_try_at_idx" ON "token_revocation"("next_try_at");

-- One row for a connection that is still there.
CREATE UNIQUE INDEX "token_revocation_connection_id_key" ON "token_revocation"("connection_id") WHERE "next_try_at" IS NULL;

-- AddForeignKey
ALTER TABLE "token_revocation" ADD CONSTRAINT "token_revocation_request_data_key_id_fkey" FOREIGN KEY ("request_data_key_id") REFERENCES "data_key"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- However a grant ends, the revocation that was prepared for it is due in the same transaction.
CREATE FUNCTION "grant_ended"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE "token_revocation" SET "next_try_at" = now()
    WHERE "connection_id" = OLD."connection_id" AND "next_try_at" IS NULL;
    RETURN NULL;
END
$$;

CREATE TRIGGER "oauth_grant_deleted" AFTER DELETE ON "oauth_grant"
FOR EACH ROW WHEN (OLD."tokens" IS NOT NULL) EXECUTE FUNCTION "grant_ended"();

CREATE TRIGGER "oauth_grant_dropped" AFTER UPDATE OF "tokens" ON "oauth_grant"
FOR EACH ROW WHEN (OLD."tokens" IS NOT NULL AND NEW."tokens" IS NULL) EXECUTE FUNCTION "grant_ended"();

COMMIT;
