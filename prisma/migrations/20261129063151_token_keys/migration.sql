BEGIN;

-- AlterTable
ALTER TABLE "authorization_attempt" ADD COLUMN     "token_kid" UUID;

-- AlterTable
ALTER TABLE "pipedream_link" ADD COLUMN     "token_kid" UUID;

-- Emails were folded by Unicode, which makes ASCII letters of others. Two emails that differ now differed before.
UPDATE "user_account" SET "email_folded" =
  translate("email", 'ABCDEFGHIJKLMNOPQRSTUVWXYZ', 'abcdefghijklmnopqrstuvwxyz')
WHERE "email_folded" <> translate("email", 'ABCDEFGHIJKLMNOPQRSTUVWXYZ', 'abcdefghijklmnopqrstuvwxyz');

COMMIT;
