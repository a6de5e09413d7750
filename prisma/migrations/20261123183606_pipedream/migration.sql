BEGIN;

-- AlterTable
ALTER TABLE "authorization_attempt" ADD COLUMN     "token_epoch" INTEGER,
ADD COLUMN     "token_expires_at" TIMESTAMPTZ(3),
ADD COLUMN     "token_is_anonymous" BOOLEAN;

-- AlterTable
ALTER TABLE "end_user" ADD COLUMN     "pipedream_user_id" TEXT COLLATE "C";

-- CreateTable
CREATE TABLE "pipedream_account" (
    "id" TEXT COLLATE "C" NOT NULL,
    "external_user_id" TEXT COLLATE "C" NOT NULL,
    "app_slug" TEXT COLLATE "C" NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT transaction_timestamp(),
    "deletion_tried_at" TIMESTAMPTZ(3),
    "deleted_at" TIMESTAMPTZ(3),

    CONSTRAINT "pipedream_account_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "pipedream_link" (
    "id" UUID NOT NULL,
    "end_user_id" UUID NOT NULL,
    "requirement_id" UUID NOT NULL,
    "jti" TEXT COLLATE "C" NOT NULL,
    "epoch" INTEGER NOT NULL,
    "is_anonymous" BOOLEAN NOT NULL,
    "token_expires_at" TIMESTAMPTZ(3) NOT NULL,
    "external_user_id" TEXT COLLATE "C" NOT NULL,
    "app_slug" TEXT COLLATE "C" NOT NULL,
    "webhook_digest" BYTEA NOT NULL,
    "checked_at" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT transaction_timestamp(),
    "expires_at" TIMESTAMPTZ(3) NOT NULL DEFAULT (transaction_timestamp() + '04:00:00'::interval),

    CONSTRAINT "pipedream_link_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "pipedream_link_webhook_digest_key" ON "pipedream_link"("webhook_digest");

-- CreateIndex
CREATE INDEX "pipedream_link_requirement_id_idx" ON "pipedream_link"("requirement_id");

-- CreateIndex
CREATE INDEX "pipedream_link_expires_at_idx" ON "pipedream_link"("expires_at");

-- CreateIndex
CREATE UNIQUE INDEX "pipedream_link_end_user_id_requirement_id_jti_key" ON "pipedream_link"("end_user_id", "requirement_id", "jti");

-- CreateIndex
CREATE UNIQUE INDEX "end_user_link_pipedream_account_id_key" ON "end_user_link"("pipedream_account_id");

-- AddForeignKey
ALTER TABLE "end_user_link" ADD CONSTRAINT "end_user_link_pipedream_account_id_fkey" FOREIGN KEY ("pipedream_account_id") REFERENCES "pipedream_account"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "pipedream_link" ADD CONSTRAINT "pipedream_link_end_user_id_fkey" FOREIGN KEY ("end_user_id") REFERENCES "end_user"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "pipedream_link" ADD CONSTRAINT "pipedream_link_requirement_id_fkey" FOREIGN KEY ("requirement_id") REFERENCES "requirement"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- A link is one of the two.
ALTER TABLE "end_user_link" ADD CONSTRAINT "end_user_link_linked_check" CHECK (num_nonnulls("connection_id", "pipedream_account_id") = 1);

COMMIT;
