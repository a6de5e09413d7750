BEGIN;

-- AlterEnum
-- A transaction cannot use a value that it adds, so this file uses it nowhere.
ALTER TYPE "Role" ADD VALUE 'caller' AFTER 'viewer';

COMMIT;
