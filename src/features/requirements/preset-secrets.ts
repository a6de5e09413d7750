import { isDeepStrictEqual } from 'node:util';
import { isJsonObject, type JsonObject } from '../../core/catalog/json.ts';
import type { Deps } from '../../core/deps/deps.ts';
import type { SealContext } from '../../core/vault/sealed.ts';
import type { SealingKey } from '../../core/vault/vault.ts';
import type { Prisma, PrismaClient } from '../../platform/db/generated/client.ts';
import { InvalidInputError } from '../../platform/errors.ts';
import type { PresetHalves } from './preset.ts';

/** The place that the secrets of a requirement are bound to. */
type RequirementPlace = { organizationId: string; projectId: string; id: string };

const contextOf = ({ organizationId, projectId, id }: RequirementPlace): SealContext => ({
  organizationId,
  projectId,
  table: 'requirement_secret',
  rowId: id,
  column: 'preset',
});

/** Stores the secrets of a preset in place of the earlier ones; without any, it deletes the row. */
export async function storePresetSecrets(
  tx: Prisma.TransactionClient,
  { vault }: Pick<Deps, 'vault'>,
  {
    key,
    place,
    secrets,
  }: { key: SealingKey | undefined; place: RequirementPlace; secrets: JsonObject },
): Promise<void> {
  const where = { requirementId: place.id };
  if (Object.keys(secrets).length === 0 || key === undefined) {
    await tx.requirementSecret.deleteMany({ where });
    return;
  }
  const preset = vault.seal(key, contextOf(place), Buffer.from(JSON.stringify(secrets)));
  const sealed = { preset, presetDataKeyId: key.id };
  const select = { requirementId: true };
  await tx.requirementSecret.upsert({
    where,
    create: { ...where, ...sealed },
    update: sealed,
    select,
  });
}

/** Opens the secrets of a preset; empty if the requirement has none. */
export async function openPresetSecrets(
  db: Prisma.TransactionClient | PrismaClient,
  { vault }: Pick<Deps, 'vault'>,
  place: RequirementPlace,
): Promise<JsonObject> {
  const row = await db.requirementSecret.findUnique({
    where: { requirementId: place.id },
    include: { presetDataKey: true },
  });
  if (row === null) return {};
  const opened = await vault.open(row.presetDataKey, contextOf(place), row.preset);
  const secrets: unknown = JSON.parse(opened.toString());
  return isJsonObject(secrets) ? secrets : {};
}

/** A stored preset of the same type. */
type StoredPreset = { values: JsonObject; secretFields: readonly string[] };

/**
 * Returns the names of the stored secrets that stay because a changed preset leaves them out. An admin cannot
 * read a secret, so they must not be able to send it to a server of their own: if any public value changes,
 * the secrets must be given again, or null to remove them.
 *
 * @throws InvalidInputError
 */
export function keptSecretNames(
  stored: StoredPreset,
  { values }: PresetHalves,
  given: JsonObject,
): string[] {
  const kept = stored.secretFields.filter((name) => !Object.hasOwn(given, name));
  if (kept.length === 0 || isDeepStrictEqual(values, stored.values)) return kept;
  const message = 'must be given again when another preset value changes; null removes it';
  throw new InvalidInputError(kept.map((name) => ({ path: `spec.preset.${name}`, message })));
}
