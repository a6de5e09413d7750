BEGIN;

-- CreateEnum
CREATE TYPE "ChangeKind" AS ENUM ('created', 'updated', 'deleted');

-- CreateTable
CREATE TABLE "change" (
    "id" BIGSERIAL NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL DEFAULT clock_timestamp(),
    "kind" "ChangeKind" NOT NULL,
    "project_id" UUID NOT NULL,
    "connection_id" UUID,
    "app_id" UUID,
    "requirement_id" UUID,
    "end_user_id" UUID,

    CONSTRAINT "change_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "change_at_idx" ON "change"("at");

-- A consent sets the status, whatever it was: UPDATE OF looks at what is set, not at what changes. Neither
-- a refresh nor a use of a connection sets either column.
CREATE FUNCTION "connection_changed"() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    changed record;
BEGIN
    IF TG_OP = 'DELETE' THEN changed := OLD; ELSE changed := NEW; END IF;
    INSERT INTO "change" ("kind", "project_id", "connection_id") VALUES (
        (CASE TG_OP WHEN 'INSERT' THEN 'created' WHEN 'UPDATE' THEN 'updated' ELSE 'deleted' END)::"ChangeKind",
        changed."project_id", changed."id"
    );
    RETURN NULL;
END
$$;

CREATE TRIGGER "connection_created" AFTER INSERT ON "connection"
FOR EACH ROW WHEN (NEW."end_user_id" IS NULL) EXECUTE FUNCTION "connection_changed"();

CREATE TRIGGER "connection_changed" AFTER UPDATE OF "status", "version" ON "connection"
FOR EACH ROW WHEN (NEW."end_user_id" IS NULL) EXECUTE FUNCTION "connection_changed"();

CREATE TRIGGER "connection_deleted" AFTER DELETE ON "connection"
FOR EACH ROW WHEN (OLD."end_user_id" IS NULL) EXECUTE FUNCTION "connection_changed"();

-- Of a link, and of a connection that an end user brought. Nothing is left to tell when the app goes.
CREATE FUNCTION "requirement_status_changed"() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    changed record;
BEGIN
    IF TG_OP = 'DELETE' THEN changed := OLD; ELSE changed := NEW; END IF;
    INSERT INTO "change" ("kind", "project_id", "app_id", "requirement_id", "end_user_id")
    SELECT 'updated', a."project_id", a."id", r."id", changed."end_user_id"
    FROM "requirement" r JOIN "app" a ON a."id" = r."app_id" WHERE r."id" = changed."requirement_id";
    RETURN NULL;
END
$$;

CREATE TRIGGER "end_user_link_changed" AFTER INSERT OR UPDATE OR DELETE ON "end_user_link"
FOR EACH ROW EXECUTE FUNCTION "requirement_status_changed"();

CREATE TRIGGER "end_user_connection_changed" AFTER UPDATE OF "status" ON "connection"
FOR EACH ROW WHEN (NEW."end_user_id" IS NOT NULL AND NEW."status" <> OLD."status")
EXECUTE FUNCTION "requirement_status_changed"();

COMMIT;
