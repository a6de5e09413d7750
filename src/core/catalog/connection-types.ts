import { audioTypes } from './audio.types.ts';
import { cloudTypes } from './cloud.types.ts';
import type { ConnectionType } from './connection-type.ts';
import { databaseTypes } from './database.types.ts';
import { documentTypes } from './document.types.ts';
import { graphTypes } from './graph.types.ts';
import { httpTypes } from './http.types.ts';
import { llmTypes } from './llm.types.ts';
import { mcpTypes } from './mcp.types.ts';
import { oauth2Types } from './oauth2.types.ts';
import { sandboxTypes } from './sandbox.types.ts';
import { vectorStoreTypes } from './vector-store.types.ts';
import { webSearchTypes } from './web-search.types.ts';

/** Every type of connection there is, category by category, as a picker lists them. */
export const connectionTypes: readonly ConnectionType[] = [
  ...llmTypes,
  ...vectorStoreTypes,
  ...databaseTypes,
  ...graphTypes,
  ...documentTypes,
  ...webSearchTypes,
  ...audioTypes,
  ...sandboxTypes,
  ...mcpTypes,
  ...httpTypes,
  ...cloudTypes,
  ...oauth2Types,
];

const typesByName = new Map(connectionTypes.map((type) => [type.type, type]));

/** The type of that name, such as `dynamiq.connections.OpenAI`. */
export function findConnectionType(type: string): ConnectionType | undefined {
  return typesByName.get(type);
}
