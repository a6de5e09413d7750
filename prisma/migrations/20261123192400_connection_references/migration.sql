BEGIN;

-- CreateTable
CREATE TABLE "connection_reference" (
    "id" UUID NOT NULL,
    "connection_id" UUID NOT NULL,
    "kind" TEXT COLLATE "C" NOT NULL,
    "external_id" TEXT COLLATE "C" NOT NULL,
    "label" TEXT COLLATE "C",
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT transaction_timestamp(),

    CONSTRAINT "connection_reference_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "connection_reference_connection_id_created_at_id_idx" ON "connection_reference"("connection_id", "created_at", "id");

-- CreateIndex
CREATE UNIQUE INDEX "connection_reference_connection_id_kind_external_id_key" ON "connection_reference"("connection_id", "kind", "external_id");

-- AddForeignKey
ALTER TABLE "connection_reference" ADD CONSTRAINT "connection_reference_connection_id_fkey" FOREIGN KEY ("connection_id") REFERENCES "connection"("id") ON DELETE CASCADE ON UPDATE CASCADE;

COMMIT;
