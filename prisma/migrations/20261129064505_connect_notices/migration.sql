BEGIN;

-- AlterTable
ALTER TABLE "connect_session" ADD COLUMN     "notice" JSONB,
ADD COLUMN     "notice_at" TIMESTAMPTZ(3);

COMMIT;
