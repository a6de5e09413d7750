BEGIN;

-- AlterTable
ALTER TABLE "connection" ADD COLUMN     "custom_type_id" UUID;

-- AlterTable
ALTER TABLE "organization" ADD COLUMN     "types_version" INTEGER NOT NULL DEFAULT 0;

-- AlterTable
ALTER TABLE "requirement" ADD COLUMN     "custom_type_id" UUID;

-- CreateTable
CREATE TABLE "custom_type" (
    "id" UUID NOT NULL,
    "organization_id" UUID NOT NULL,
    "project_id" UUID,
    "name" TEXT COLLATE "C" NOT NULL,
    "definition" JSON NOT NULL,
    "unconfirmed" TEXT[] COLLATE "C",
    "version" INTEGER NOT NULL DEFAULT 1,
    "created_by" TEXT COLLATE "C",
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT transaction_timestamp(),
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT transaction_timestamp(),

    CONSTRAINT "custom_type_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "custom_type_project_id_idx" ON "custom_type"("project_id");

-- CreateIndex
CREATE UNIQUE INDEX "custom_type_organization_id_name_key" ON "custom_type"("organization_id", "name");

-- Most connections and requirements have a shipped type.
CREATE INDEX "connection_custom_type_id_id_idx" ON "connection"("custom_type_id", "id") WHERE "custom_type_id" IS NOT NULL;

CREATE INDEX "requirement_custom_type_id_idx" ON "requirement"("custom_type_id") WHERE "custom_type_id" IS NOT NULL;

-- AddForeignKey
ALTER TABLE "custom_type" ADD CONSTRAINT "custom_type_organization_id_fkey" FOREIGN KEY ("organization_id") REFERENCES "organization"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "custom_type" ADD CONSTRAINT "custom_type_project_id_fkey" FOREIGN KEY ("project_id") REFERENCES "project"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "connection" ADD CONSTRAINT "connection_custom_type_id_fkey" FOREIGN KEY ("custom_type_id") REFERENCES "custom_type"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "requirement" ADD CONSTRAINT "requirement_custom_type_id_fkey" FOREIGN KEY ("custom_type_id") REFERENCES "custom_type"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- Each process keeps the types of an organization until this number differs. The update locks the row of
-- the organization, so two transactions never give two states of its types one number.
CREATE FUNCTION "custom_type_changed"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE "organization" SET "types_version" = "types_version" + 1
    WHERE "id" = (CASE TG_OP WHEN 'DELETE' THEN OLD."organization_id" ELSE NEW."organization_id" END);
    RETURN NULL;
END
$$;

CREATE TRIGGER "custom_type_changed" AFTER INSERT OR UPDATE OR DELETE ON "custom_type"
FOR EACH ROW EXECUTE FUNCTION "custom_type_changed"();

COMMIT;
