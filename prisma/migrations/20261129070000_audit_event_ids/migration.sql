BEGIN;

-- Events of key rotations had random ids: out of order, never pruned, some never exported. They get ids of
-- version 7, made from their times.
UPDATE "audit_event"
SET "id" = (
  lpad(to_hex((extract(epoch FROM "at") * 1000)::bigint), 12, '0')
  || '7' || substr(replace("id"::text, '-', ''), 14)
)::uuid
WHERE substr("id"::text, 15, 1) = '4';

COMMIT;
