BEGIN;

-- AlterTable
ALTER TABLE "connect_session" ADD COLUMN     "handoff_digest" BYTEA,
ADD COLUMN     "handoff_expires_at" TIMESTAMPTZ(3),
ADD COLUMN     "handoff_requirement_id" UUID;

-- CreateIndex
CREATE UNIQUE INDEX "connect_session_handoff_digest_key" ON "connect_session"("handoff_digest");

COMMIT;
