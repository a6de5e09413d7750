import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { codegen } from '@graphql-codegen/core';
import * as typedDocumentNode from '@graphql-codegen/typed-document-node';
import * as typescriptOperations from '@graphql-codegen/typescript-operations';
import { lexicographicSortSchema, parse, printSchema } from 'graphql';

/*
 * `codegen.ts schema` prints the schema of the code to schema.graphql, which is committed;
 * `codegen.ts operations` types the documents that REST runs, from that file alone.
 */

const schemaFile = new URL('schema.graphql', import.meta.url);
const documentsFile = new URL('src/edge/rest/operations.graphql', import.meta.url);
const generated = new URL('src/edge/rest/generated/', import.meta.url);

async function printCodeSchema(): Promise<void> {
  const { loadSchema } = await import('./src/edge/graphql/schema.ts');
  await writeFile(schemaFile, `${printSchema(lexicographicSortSchema(loadSchema()))}\n`);
}

async function typeOperations(): Promise<void> {
  const document = parse(await readFile(documentsFile, 'utf8'));
  const types = await codegen({
    schema: parse(await readFile(schemaFile, 'utf8')),
    documents: [{ document, location: documentsFile.pathname }],
    filename: 'operations.ts',
    plugins: [{ operations: {} }, { documents: {} }],
    pluginMap: { operations: typescriptOperations, documents: typedDocumentNode },
    config: {
      useTypeImports: true,
      enumType: 'string-literal',
      defaultScalarType: 'unknown',
      scalars: {
        DateTime: 'Date',
        JSONObject: '../../../core/catalog/json.ts#JsonObject',
        JSON: '../../../core/catalog/json.ts#JsonValue',
        URL: 'string',
      },
    },
  });
  await mkdir(generated, { recursive: true });
  await writeFile(new URL('operations.ts', generated), types);
}

const tasks = { schema: printCodeSchema, operations: typeOperations };
const task = process.argv[2];
if (task !== 'schema' && task !== 'operations') throw new Error('codegen.ts schema|operations');
await tasks[task]();
