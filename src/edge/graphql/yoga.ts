import type { DocumentNode, GraphQLSchema } from 'graphql';
import { createYoga } from 'graphql-yoga';
import { LRUCache } from 'lru-cache';
import { authenticate } from '../../core/access/authenticate.ts';
import type { Deps } from '../../core/deps/deps.ts';
import type { Context } from '../../core/graphql/context.ts';
import { useCompiledQueries } from './compiled-queries.ts';
import {
  asGraphqlError,
  type ServerContext,
  useCredential,
  useLimits,
  useMasking,
  useRequests,
} from './yoga.plugins.ts';
import { useStreams } from './yoga.streams.ts';

/* Longer documents are not cached: a parsed document takes 60 times the memory of its text. */
const longestCachedDocument = 16_384;
const cachedDocuments = 1_000;
const cachedCharacters = 500_000;

/** Creates the `/graphql` endpoint: POST with JSON, and queries by GET. */
export function createGraphqlEndpoint(deps: Deps, schema: GraphQLSchema) {
  return createYoga<ServerContext, Context>({
    schema,
    context: ({ facts, viewer, request, onGone }) => {
      if (viewer === undefined) throw new Error('A GraphQL request was not authenticated.');
      const header = request.headers.get('authorization') ?? undefined;
      const lasting = { authenticate: () => authenticate(deps, header), onGone };
      return { deps, viewer, request: facts, app: null, lasting }; // no hostname of an app serves it
    },
    batching: false,
    multipart: false,
    maxRequestBodySize: false, // readJsonBody counts, without a stream in between
    landingPage: false,
    logging: false,
    cors: false, // cors.ts does it for every edge
    maskedErrors: { maskError: asGraphqlError },
    parserAndValidationCache: {
      documentCache: boundedCache<DocumentNode>(),
      errorCache: boundedCache<Error>(),
    },
    graphiql: false, // graphiql.ts serves it
    plugins: [
      useRequests(deps),
      useCredential(deps, schema),
      useLimits(deps, schema),
      useCompiledQueries(),
      useMasking(deps),
      useStreams(deps, schema),
    ],
  });
}

function boundedCache<Kept extends object>() {
  const cache = new LRUCache<string, Kept>({ max: cachedDocuments, maxSize: cachedCharacters });
  return {
    get: (document: string) => cache.get(document),
    set: (document: string, parsed: Kept) => {
      if (document.length <= longestCachedDocument) {
        cache.set(document, parsed, { size: Math.max(1, document.length) });
      }
    },
  };
}
