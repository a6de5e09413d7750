BEGIN;

-- CreateEnum
CREATE TYPE "Role" AS ENUM ('viewer', 'runtime', 'editor', 'admin');

-- CreateEnum
CREATE TYPE "ConnectionStatus" AS ENUM ('active', 'incomplete', 'expired');

-- CreateEnum
CREATE TYPE "MasterKeyStatus" AS ENUM ('staged', 'active', 'retired');

-- CreateEnum
CREATE TYPE "DataKeyStatus" AS ENUM ('active', 'retired');

-- CreateTable
CREATE TABLE "organization" (
    "id" UUID NOT NULL,
    "name" TEXT COLLATE "C" NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT transaction_timestamp(),

    CONSTRAINT "organization_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "project" (
    "id" UUID NOT NULL,
    "organization_id" UUID NOT NULL,
    "name" TEXT COLLATE "C" NOT NULL,
    "redirect_urls" TEXT[] COLLATE "C",
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT transaction_timestamp(),

    CONSTRAINT "project_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "access_key" (
    "id" UUID NOT NULL,
    "organization_id" UUID NOT NULL,
    "project_id" UUID,
    "name" TEXT COLLATE "C" NOT NULL,
    "role" "Role" NOT NULL,
    "digest" BYTEA NOT NULL,
    "preview" TEXT COLLATE "C" NOT NULL,
    "created_by" TEXT COLLATE "C",
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT transaction_timestamp(),
    "expires_at" TIMESTAMPTZ(3),
    "revoked_at" TIMESTAMPTZ(3),
    "last_used_at" TIMESTAMPTZ(3),

    CONSTRAINT "access_key_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "connection" (
    "id" UUID NOT NULL,
    "project_id" UUID NOT NULL,
    "name" TEXT COLLATE "C" NOT NULL,
    "name_folded" TEXT COLLATE "C" NOT NULL,
    "type" TEXT COLLATE "C" NOT NULL,
    "status" "ConnectionStatus" NOT NULL,
    "is_system" BOOLEAN NOT NULL DEFAULT false,
    "config" BYTEA NOT NULL,
    "config_data_key_id" UUID NOT NULL,
    "secret_fields" TEXT[] COLLATE "C",
    "created_by" TEXT COLLATE "C",
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT transaction_timestamp(),
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT transaction_timestamp(),
    "last_used_at" TIMESTAMPTZ(3),
    "version" INTEGER NOT NULL DEFAULT 1,

    CONSTRAINT "connection_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "connection_secret" (
    "connection_id" UUID NOT NULL,
    "config" BYTEA NOT NULL,
    "config_data_key_id" UUID NOT NULL,

    CONSTRAINT "connection_secret_pkey" PRIMARY KEY ("connection_id")
);

-- CreateTable
CREATE TABLE "master_key" (
    "kid" TEXT COLLATE "C" NOT NULL,
    "check_value" BYTEA NOT NULL,
    "status" "MasterKeyStatus" NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT transaction_timestamp(),

    CONSTRAINT "master_key_pkey" PRIMARY KEY ("kid")
);

-- CreateTable
CREATE TABLE "data_key" (
    "id" UUID NOT NULL,
    "project_id" UUID,
    "master_key_kid" TEXT COLLATE "C" NOT NULL,
    "wrapped" BYTEA,
    "status" "DataKeyStatus" NOT NULL,
    "seals" BIGINT NOT NULL DEFAULT 0,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT transaction_timestamp(),

    CONSTRAINT "data_key_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "audit_event" (
    "id" UUID NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL DEFAULT transaction_timestamp(),
    "action" TEXT COLLATE "C" NOT NULL,
    "actor" TEXT COLLATE "C" NOT NULL,
    "organization_id" UUID NOT NULL,
    "project_id" UUID,
    "connection_id" UUID,
    "ip" TEXT COLLATE "C",
    "request_id" TEXT COLLATE "C" NOT NULL,
    "detail" JSONB,

    CONSTRAINT "audit_event_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE IF NOT EXISTS "lease" (
    "name" TEXT COLLATE "C" NOT NULL,
    "owner" TEXT COLLATE "C" NOT NULL,
    "until" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "lease_pkey" PRIMARY KEY ("name")
);

-- CreateIndex
CREATE INDEX "project_organization_id_created_at_id_idx" ON "project"("organization_id", "created_at", "id");

-- CreateIndex
CREATE UNIQUE INDEX "project_organization_id_name_key" ON "project"("organization_id", "name");

-- CreateIndex
CREATE UNIQUE INDEX "access_key_digest_key" ON "access_key"("digest");

-- CreateIndex
CREATE INDEX "access_key_project_id_created_at_id_idx" ON "access_key"("project_id", "created_at", "id");

-- CreateIndex
CREATE INDEX "access_key_organization_id_created_at_id_idx" ON "access_key"("organization_id", "created_at", "id");

-- CreateIndex
CREATE INDEX "connection_project_id_created_at_id_idx" ON "connection"("project_id", "created_at", "id");

-- CreateIndex
CREATE INDEX "connection_project_id_name_folded_idx" ON "connection"("project_id", "name_folded");

-- CreateIndex
CREATE UNIQUE INDEX "connection_project_id_name_key" ON "connection"("project_id", "name");

-- CreateIndex
CREATE INDEX "data_key_project_id_idx" ON "data_key"("project_id");

-- CreateIndex
CREATE INDEX "audit_event_organization_id_project_id_at_id_idx" ON "audit_event"("organization_id", "project_id", "at", "id");

-- CreateIndex
CREATE INDEX "audit_event_connection_id_at_id_idx" ON "audit_event"("connection_id", "at", "id");

-- AddForeignKey
ALTER TABLE "project" ADD CONSTRAINT "project_organization_id_fkey" FOREIGN KEY ("organization_id") REFERENCES "organization"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "access_key" ADD CONSTRAINT "access_key_organization_id_fkey" FOREIGN KEY ("organization_id") REFERENCES "organization"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "access_key" ADD CONSTRAINT "access_key_project_id_fkey" FOREIGN KEY ("project_id") REFERENCES "project"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "connection" ADD CONSTRAINT "connection_project_id_fkey" FOREIGN KEY ("project_id") REFERENCES "project"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "connection" ADD CONSTRAINT "connection_config_data_key_id_fkey" FOREIGN KEY ("config_data_key_id") REFERENCES "data_key"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "connection_secret" ADD CONSTRAINT "connection_secret_connection_id_fkey" FOREIGN KEY ("connection_id") REFERENCES "connection"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "connection_secret" ADD CONSTRAINT "connection_secret_config_data_key_id_fkey" FOREIGN KEY ("config_data_key_id") REFERENCES "data_key"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "data_key" ADD CONSTRAINT "data_key_project_id_fkey" FOREIGN KEY ("project_id") REFERENCES "project"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "data_key" ADD CONSTRAINT "data_key_master_key_kid_fkey" FOREIGN KEY ("master_key_kid") REFERENCES "master_key"("kid") ON DELETE RESTRICT ON UPDATE CASCADE;

-- One key seals at a time: for each project, for the server itself, and one master key over them.
CREATE UNIQUE INDEX "data_key_project_id_key" ON "data_key"("project_id") WHERE "status" = 'active' AND "project_id" IS NOT NULL;
CREATE UNIQUE INDEX "data_key_status_key" ON "data_key"("status") WHERE "status" = 'active' AND "project_id" IS NULL;
CREATE UNIQUE INDEX "master_key_status_key" ON "master_key"("status") WHERE "status" = 'active';

-- Re-sealing and the note of the last use leave "version" alone, and so they are no update.
CREATE FUNCTION "connection_set_updated_at"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW."updated_at" := greatest(OLD."updated_at", now());
    RETURN NEW;
END
$$;

CREATE TRIGGER "connection_updated" BEFORE UPDATE ON "connection"
FOR EACH ROW WHEN (NEW."version" <> OLD."version") EXECUTE FUNCTION "connection_set_updated_at"();

COMMIT;
