import { writeFile } from 'node:fs/promises';
import { lexicographicSortSchema, printSchema } from 'graphql';
import { loadSchema } from './src/edge/graphql/schema.ts';

/* Prints the schema of the code to schema.graphql, which is committed so that a change of it is seen. */

const schemaFile = new URL('schema.graphql', import.meta.url);
await writeFile(schemaFile, `${printSchema(lexicographicSortSchema(loadSchema()))}\n`);
