BEGIN;

-- CreateTable
CREATE TABLE "requirement_secret" (
    "requirement_id" UUID NOT NULL,
    "preset" BYTEA NOT NULL,
    "preset_data_key_id" UUID NOT NULL,

    CONSTRAINT "requirement_secret_pkey" PRIMARY KEY ("requirement_id")
);

-- AddForeignKey
ALTER TABLE "requirement_secret" ADD CONSTRAINT "requirement_secret_requirement_id_fkey" FOREIGN KEY ("requirement_id") REFERENCES "requirement"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "requirement_secret" ADD CONSTRAINT "requirement_secret_preset_data_key_id_fkey" FOREIGN KEY ("preset_data_key_id") REFERENCES "data_key"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

COMMIT;
