BEGIN;

-- AlterTable
ALTER TABLE "oauth_grant" ADD COLUMN     "refused_since" TIMESTAMPTZ(3);

COMMIT;
