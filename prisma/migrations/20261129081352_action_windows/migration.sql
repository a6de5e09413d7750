BEGIN;

-- CreateTable
CREATE TABLE "action_window" (
    "app_id" UUID NOT NULL,
    "started_at" TIMESTAMPTZ(3) NOT NULL DEFAULT transaction_timestamp(),
    "taken" INTEGER NOT NULL,

    CONSTRAINT "action_window_pkey" PRIMARY KEY ("app_id")
);

-- AddForeignKey
ALTER TABLE "action_window" ADD CONSTRAINT "action_window_app_id_fkey" FOREIGN KEY ("app_id") REFERENCES "app"("id") ON DELETE CASCADE ON UPDATE CASCADE;

COMMIT;
