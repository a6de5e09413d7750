BEGIN;

-- CreateEnum
CREATE TYPE "AppVisibility" AS ENUM ('public', 'private');

-- CreateEnum
CREATE TYPE "RequirementKind" AS ENUM ('connection', 'pipedream_account');

-- DropIndex
DROP INDEX "connection_project_id_created_at_id_idx";

-- DropIndex
DROP INDEX "connection_project_id_name_folded_idx";

-- DropIndex
DROP INDEX "connection_project_id_name_key";

-- AlterTable
ALTER TABLE "connection" ADD COLUMN     "end_user_id" UUID,
ADD COLUMN     "requirement_id" UUID;

-- CreateTable
CREATE TABLE "app" (
    "id" UUID NOT NULL,
    "project_id" UUID NOT NULL,
    "name" TEXT COLLATE "C" NOT NULL,
    "hostname" TEXT COLLATE "C" NOT NULL,
    "visibility" "AppVisibility" NOT NULL,
    "display_name" TEXT COLLATE "C",
    "logo_url" TEXT COLLATE "C",
    "accent_color" TEXT COLLATE "C",
    "allowed_origins" TEXT[] COLLATE "C",
    "return_url" TEXT COLLATE "C",
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT transaction_timestamp(),

    CONSTRAINT "app_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "requirement" (
    "id" UUID NOT NULL,
    "app_id" UUID NOT NULL,
    "name" TEXT COLLATE "C" NOT NULL,
    "kind" "RequirementKind" NOT NULL,
    "title" TEXT COLLATE "C" NOT NULL,
    "description" TEXT COLLATE "C",
    "spec" JSONB NOT NULL,
    "workflow_id" TEXT COLLATE "C",
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT transaction_timestamp(),

    CONSTRAINT "requirement_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "end_user" (
    "id" UUID NOT NULL,
    "app_id" UUID NOT NULL,
    "user_id" TEXT COLLATE "C" NOT NULL,
    "epoch" INTEGER NOT NULL DEFAULT 0,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT transaction_timestamp(),

    CONSTRAINT "end_user_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "end_user_link" (
    "id" UUID NOT NULL,
    "end_user_id" UUID NOT NULL,
    "requirement_id" UUID NOT NULL,
    "connection_id" UUID,
    "pipedream_account_id" TEXT COLLATE "C",
    "jti" TEXT COLLATE "C" NOT NULL,
    "linked_at" TIMESTAMPTZ(3) NOT NULL DEFAULT transaction_timestamp(),

    CONSTRAINT "end_user_link_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "app_hostname_key" ON "app"("hostname");

-- CreateIndex
CREATE INDEX "app_project_id_created_at_id_idx" ON "app"("project_id", "created_at", "id");

-- CreateIndex
CREATE INDEX "requirement_app_id_created_at_id_idx" ON "requirement"("app_id", "created_at", "id");

-- CreateIndex
CREATE UNIQUE INDEX "requirement_app_id_name_key" ON "requirement"("app_id", "name");

-- CreateIndex
CREATE UNIQUE INDEX "end_user_app_id_user_id_key" ON "end_user"("app_id", "user_id");

-- CreateIndex
CREATE UNIQUE INDEX "end_user_link_connection_id_key" ON "end_user_link"("connection_id");

-- CreateIndex
CREATE INDEX "end_user_link_requirement_id_idx" ON "end_user_link"("requirement_id");

-- CreateIndex
CREATE UNIQUE INDEX "end_user_link_end_user_id_requirement_id_key" ON "end_user_link"("end_user_id", "requirement_id");

-- CreateIndex
CREATE INDEX "connection_requirement_id_idx" ON "connection"("requirement_id");

-- AddForeignKey
ALTER TABLE "connection" ADD CONSTRAINT "connection_end_user_id_fkey" FOREIGN KEY ("end_user_id") REFERENCES "end_user"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "connection" ADD CONSTRAINT "connection_requirement_id_fkey" FOREIGN KEY ("requirement_id") REFERENCES "requirement"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "app" ADD CONSTRAINT "app_project_id_fkey" FOREIGN KEY ("project_id") REFERENCES "project"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "requirement" ADD CONSTRAINT "requirement_app_id_fkey" FOREIGN KEY ("app_id") REFERENCES "app"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "end_user" ADD CONSTRAINT "end_user_app_id_fkey" FOREIGN KEY ("app_id") REFERENCES "app"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "end_user_link" ADD CONSTRAINT "end_user_link_end_user_id_fkey" FOREIGN KEY ("end_user_id") REFERENCES "end_user"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "end_user_link" ADD CONSTRAINT "end_user_link_requirement_id_fkey" FOREIGN KEY ("requirement_id") REFERENCES "requirement"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "end_user_link" ADD CONSTRAINT "end_user_link_connection_id_fkey" FOREIGN KEY ("connection_id") REFERENCES "connection"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- What end users brought is no oracle: neither its names nor its number show in a project's lists.
ALTER TABLE "connection" ADD CONSTRAINT "connection_end_user_check" CHECK (("end_user_id" IS NULL) = ("requirement_id" IS NULL));
CREATE UNIQUE INDEX "connection_project_id_name_key" ON "connection"("project_id", "name") WHERE "end_user_id" IS NULL;
CREATE INDEX "connection_project_id_created_at_id_idx" ON "connection"("project_id", "created_at", "id") WHERE "end_user_id" IS NULL;
CREATE INDEX "connection_project_id_name_folded_idx" ON "connection"("project_id", "name_folded") WHERE "end_user_id" IS NULL;

-- One consent waits at a time for what a user shall bring.
CREATE UNIQUE INDEX "connection_end_user_id_requirement_id_key" ON "connection"("end_user_id", "requirement_id") WHERE "status" = 'incomplete';
CREATE INDEX "connection_end_user_id_idx" ON "connection"("end_user_id") WHERE "end_user_id" IS NOT NULL;

COMMIT;
