BEGIN;

-- AlterTable
ALTER TABLE "end_user" ADD COLUMN     "token_at" TIMESTAMPTZ(3) NOT NULL DEFAULT transaction_timestamp(),
ALTER COLUMN "epoch" SET DEFAULT floor((random() * (1000000000)::double precision));

-- CreateTable
CREATE TABLE "signing_key" (
    "id" UUID NOT NULL,
    "issuer" TEXT COLLATE "C" NOT NULL,
    "public_key" JSONB NOT NULL,
    "private_key" BYTEA NOT NULL,
    "private_key_data_key_id" UUID NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT transaction_timestamp(),
    "signs_from" TIMESTAMPTZ(3) NOT NULL,
    "verifies_until" TIMESTAMPTZ(3),

    CONSTRAINT "signing_key_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "revoked_token" (
    "app_id" UUID NOT NULL,
    "jti" UUID NOT NULL,
    "expires_at" TIMESTAMPTZ(3) NOT NULL DEFAULT (transaction_timestamp() + '24:00:00'::interval),

    CONSTRAINT "revoked_token_pkey" PRIMARY KEY ("app_id","jti")
);

-- CreateTable
CREATE TABLE "mint_window" (
    "app_id" UUID NOT NULL,
    "started_at" TIMESTAMPTZ(3) NOT NULL DEFAULT transaction_timestamp(),
    "taken" INTEGER NOT NULL,

    CONSTRAINT "mint_window_pkey" PRIMARY KEY ("app_id")
);

-- CreateTable
CREATE TABLE "server_secret" (
    "id" UUID NOT NULL,
    "name" TEXT COLLATE "C" NOT NULL,
    "secret" BYTEA NOT NULL,
    "secret_data_key_id" UUID NOT NULL,

    CONSTRAINT "server_secret_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "end_user_token_at_idx" ON "end_user"("token_at");

-- CreateIndex
CREATE INDEX "revoked_token_expires_at_idx" ON "revoked_token"("expires_at");

-- CreateIndex
CREATE UNIQUE INDEX "server_secret_name_key" ON "server_secret"("name");

-- AddForeignKey
ALTER TABLE "signing_key" ADD CONSTRAINT "signing_key_private_key_data_key_id_fkey" FOREIGN KEY ("private_key_data_key_id") REFERENCES "data_key"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "revoked_token" ADD CONSTRAINT "revoked_token_app_id_fkey" FOREIGN KEY ("app_id") REFERENCES "app"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "mint_window" ADD CONSTRAINT "mint_window_app_id_fkey" FOREIGN KEY ("app_id") REFERENCES "app"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "server_secret" ADD CONSTRAINT "server_secret_secret_data_key_id_fkey" FOREIGN KEY ("secret_data_key_id") REFERENCES "data_key"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- One key an issuer is the newest: of processes that make one at once, one does.
CREATE UNIQUE INDEX "signing_key_issuer_key" ON "signing_key"("issuer") WHERE "verifies_until" IS NULL;

COMMIT;
