BEGIN;

-- CreateTable
CREATE TABLE "user_account" (
    "id" UUID NOT NULL,
    "organization_id" UUID NOT NULL,
    "email" TEXT COLLATE "C" NOT NULL,
    "email_folded" TEXT COLLATE "C" NOT NULL,
    "name" TEXT COLLATE "C" NOT NULL,
    "role" "Role",
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT transaction_timestamp(),

    CONSTRAINT "user_account_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "membership" (
    "user_id" UUID NOT NULL,
    "project_id" UUID NOT NULL,
    "role" "Role" NOT NULL,

    CONSTRAINT "membership_pkey" PRIMARY KEY ("user_id","project_id")
);

-- CreateTable
CREATE TABLE "personal_access_token" (
    "id" UUID NOT NULL,
    "user_id" UUID NOT NULL,
    "name" TEXT COLLATE "C" NOT NULL,
    "digest" BYTEA NOT NULL,
    "preview" TEXT COLLATE "C" NOT NULL,
    "created_by" TEXT COLLATE "C" NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT transaction_timestamp(),
    "expires_at" TIMESTAMPTZ(3),
    "revoked_at" TIMESTAMPTZ(3),
    "last_used_at" TIMESTAMPTZ(3),

    CONSTRAINT "personal_access_token_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "user_account_organization_id_created_at_id_idx" ON "user_account"("organization_id", "created_at", "id");

-- CreateIndex
CREATE UNIQUE INDEX "user_account_organization_id_email_folded_key" ON "user_account"("organization_id", "email_folded");

-- CreateIndex
CREATE INDEX "membership_project_id_idx" ON "membership"("project_id");

-- CreateIndex
CREATE UNIQUE INDEX "personal_access_token_digest_key" ON "personal_access_token"("digest");

-- CreateIndex
CREATE INDEX "personal_access_token_user_id_created_at_id_idx" ON "personal_access_token"("user_id", "created_at", "id");

-- AddForeignKey
ALTER TABLE "user_account" ADD CONSTRAINT "user_account_organization_id_fkey" FOREIGN KEY ("organization_id") REFERENCES "organization"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "membership" ADD CONSTRAINT "membership_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "user_account"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "membership" ADD CONSTRAINT "membership_project_id_fkey" FOREIGN KEY ("project_id") REFERENCES "project"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "personal_access_token" ADD CONSTRAINT "personal_access_token_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "user_account"("id") ON DELETE CASCADE ON UPDATE CASCADE;

COMMIT;
