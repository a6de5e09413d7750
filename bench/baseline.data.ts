import { createCipheriv, createHash, randomBytes } from 'node:crypto';
import pg from 'pg';

/** A row of what the baselines serve, as PostgreSQL's text: as many columns as a connection shows. */
export type BaselineRow = {
  id: string;
  projectId: string;
  name: string;
  type: string;
  status: string;
  /** JSON. */
  config: string;
  secretFields: string;
  isSystem: string;
  createdBy: string | null;
  createdAt: string;
  updatedAt: string;
  version: string;
};

const projectId = '00000000-0000-4000-8000-000000000000';

/** The same in every process of a run; it guards nothing. */
export const key = createHash('sha256').update('bench').digest();

export const listStatement = {
  name: 'list',
  text: `SELECT id, project_id AS "projectId", name, type, status, config,
                secret_fields AS "secretFields", is_system AS "isSystem", created_by AS "createdBy",
                created_at AS "createdAt", updated_at AS "updatedAt", version
         FROM bench_item WHERE project_id = $1 ORDER BY created_at DESC, id DESC LIMIT 20`,
  values: [projectId],
};

export const openStatement = {
  name: 'open',
  text: 'SELECT id, type, sealed FROM bench_item WHERE id = $1',
};

const create = `
  CREATE TABLE bench_item (
    id uuid PRIMARY KEY, project_id uuid NOT NULL, name text NOT NULL, type text NOT NULL,
    status text NOT NULL, config text NOT NULL, secret_fields json NOT NULL,
    is_system boolean NOT NULL, created_by text, created_at timestamptz(3) NOT NULL,
    updated_at timestamptz(3) NOT NULL, version int NOT NULL, sealed bytea NOT NULL);
  CREATE INDEX ON bench_item (project_id, created_at, id)`;

const insert = `
  INSERT INTO bench_item
  VALUES (gen_random_uuid(), $1, $2, 'dynamiq.connections.OpenAI', 'active', $3, '["api_key"]', false,
          'bootstrap', clock_timestamp(), clock_timestamp(), 1, $4)
  RETURNING id`;

/** Makes the baselines' table with `count` rows; their ids. */
export async function seedBaselines(databaseUrl: string, count: number): Promise<string[]> {
  const client = new pg.Client(databaseUrl);
  await client.connect();
  try {
    await client.query(create);
    const ids: string[] = [];
    for (let index = 0; index < count; index += 1) {
      const config = JSON.stringify({ url: 'https://api.openai.com/v1' });
      const values = [projectId, `Baseline ${index}`, config, encrypt(index)];
      const { rows } = await client.query<{ id: string }>(insert, values);
      ids.push(...rows.map(({ id }) => id));
    }
    await client.query('VACUUM ANALYZE bench_item');
    return ids;
  } finally {
    await client.end();
  }
}

function encrypt(index: number): Buffer {
  const nonce = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', key, nonce);
  const config = { url: 'https://api.openai.com/v1', api_key: `sk-bench-${index}` };
  const parts = [nonce, cipher.update(JSON.stringify(config)), cipher.final(), cipher.getAuthTag()];
  return Buffer.concat(parts);
}
