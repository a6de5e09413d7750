BEGIN;

-- AlterTable
ALTER TABLE "user_account" ADD COLUMN     "oidc_issuer" TEXT COLLATE "C",
ADD COLUMN     "oidc_role_at" TIMESTAMPTZ(3),
ADD COLUMN     "oidc_subject" TEXT COLLATE "C";

-- CreateIndex
CREATE UNIQUE INDEX "user_account_oidc_issuer_oidc_subject_key" ON "user_account"("oidc_issuer", "oidc_subject");

COMMIT;
