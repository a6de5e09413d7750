BEGIN;

-- AlterTable
ALTER TABLE "authorization_attempt" ADD COLUMN     "browser_digest" BYTEA;

-- CreateTable
CREATE TABLE "connect_session" (
    "id" UUID NOT NULL,
    "end_user_id" UUID NOT NULL,
    "jti" UUID NOT NULL,
    "kid" UUID NOT NULL,
    "epoch" INTEGER NOT NULL,
    "is_anonymous" BOOLEAN NOT NULL,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "secret_digest" BYTEA NOT NULL,
    "is_confirmed" BOOLEAN NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT transaction_timestamp(),

    CONSTRAINT "connect_session_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "connect_session_jti_key" ON "connect_session"("jti");

-- CreateIndex
CREATE INDEX "connect_session_end_user_id_idx" ON "connect_session"("end_user_id");

-- CreateIndex
CREATE INDEX "connect_session_expires_at_idx" ON "connect_session"("expires_at");

-- AddForeignKey
ALTER TABLE "connect_session" ADD CONSTRAINT "connect_session_end_user_id_fkey" FOREIGN KEY ("end_user_id") REFERENCES "end_user"("id") ON DELETE CASCADE ON UPDATE CASCADE;

COMMIT;
