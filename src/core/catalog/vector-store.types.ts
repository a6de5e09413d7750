import { awsFields, awsRules } from './aws.fields.ts';
import type { ConnectionType } from './connection-type.ts';
import { typesOf } from './connection-type.ts';
import {
  address,
  apiKey,
  choice,
  flag,
  issued,
  optional,
  password,
  port,
  text,
  url,
  wholeSeconds,
} from './fields.ts';
import { oneGroup, together, when } from './rules.ts';

const vectorStore = typesOf('vector_store');

/** Vector stores and search engines. */
export const vectorStoreTypes: readonly ConnectionType[] = [
  vectorStore('Pinecone', 'Pinecone', [apiKey]),
  vectorStore('Qdrant', 'Qdrant', [apiKey, url('url')]),
  {
    ...vectorStore('Weaviate', 'Weaviate', [
      apiKey,
      choice('deployment_type', ['weaviate_cloud', 'custom'], 'weaviate_cloud'),
      optional(url('url')),
      optional(address('http_host')),
      port('http_port', 443),
      optional(address('grpc_host')),
      port('grpc_port', 50051),
      wholeSeconds('timeout_init', 180),
      wholeSeconds('timeout_query', 180),
      wholeSeconds('timeout_insert', 120),
    ]),
    rules: [
      when('deployment_type', 'weaviate_cloud', 'url'),
      when('deployment_type', 'custom', 'http_host', 'grpc_host'),
    ],
  },
  vectorStore('Chroma', 'Chroma', [address('host'), port('port')]),
  vectorStore('Milvus', 'Milvus', [
    choice('deployment_type', ['file', 'host'], 'host'),
    address('uri', 'http://localhost:19530'),
    optional(apiKey),
  ]),
  {
    ...vectorStore('Elasticsearch', 'Elasticsearch', [
      optional(url('url')),
      optional(issued('api_key_id')),
      optional(apiKey),
      optional(text('username')),
      optional(password),
      optional(address('cloud_id')),
      optional(text('ca_path')),
      flag('verify_certs', false),
      flag('use_ssl', true),
    ]),
    rules: [oneGroup(['url'], ['cloud_id']), together('username', 'password')],
  },
  {
    ...vectorStore('AWSOpenSearch', 'Amazon OpenSearch', [
      ...awsFields,
      address('host'),
      port('port', 443),
      text('service', 'es'),
      flag('use_ssl', true),
      flag('verify_certs', true),
      optional(text('ca_certs')),
    ]),
    rules: awsRules,
  },
];
