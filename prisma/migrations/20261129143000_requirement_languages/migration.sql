BEGIN;

-- AlterTable
ALTER TABLE "connect_session" ADD COLUMN     "language" TEXT COLLATE "C";

-- AlterTable
ALTER TABLE "requirement" ADD COLUMN     "descriptions" JSONB NOT NULL DEFAULT '{}',
ADD COLUMN     "titles" JSONB NOT NULL DEFAULT '{}';

COMMIT;
