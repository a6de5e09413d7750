BEGIN;

-- CreateEnum
CREATE TYPE "VerificationVerdict" AS ENUM ('ok', 'refused', 'insufficient_scope', 'unreachable', 'blocked_by_policy', 'unsupported');

-- AlterTable
ALTER TABLE "connection" ADD COLUMN "account_id" TEXT COLLATE "C",
ADD COLUMN "account_label" TEXT COLLATE "C",
ADD COLUMN "verdict" "VerificationVerdict",
ADD COLUMN "verdict_http_status" INTEGER,
ADD COLUMN "verdict_message" TEXT COLLATE "C",
ADD COLUMN "verified_at" TIMESTAMPTZ(3),
ADD COLUMN "verifying_until" TIMESTAMPTZ(3);

COMMIT;
