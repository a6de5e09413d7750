import { describe, expect, it } from 'vitest';
import { newPrivateKey } from '../helpers/private-key.ts';
import { parseForApi } from './api-issues.ts';
import { typeNamed } from './sample-configs.ts';

const privateKey = newPrivateKey();

type Example = [given: Record<string, unknown>, issues: Record<string, string>];

const id = 'access_key_id';
const key = 'secret_access_key';
const unlessProfile = 'cannot be blank unless profile is given';
const aws: Example[] = [
  [{ [id]: 'i', [key]: 'k' }, {}],
  [{ [id]: 'i', [key]: 'k', session_token: 's' }, {}],
  [{ profile: 'p' }, {}],
  [{ [id]: 'i', [key]: 'k', profile: 'p' }, {}],
  [{}, { [id]: unlessProfile, [key]: unlessProfile }],
  [{ session_token: 's' }, { [id]: unlessProfile, [key]: unlessProfile }],
  [{ profile: ' ' }, { [id]: unlessProfile, [key]: unlessProfile }],
  [{ [id]: 'i' }, { [key]: `cannot be blank when ${id} is given` }],
  [{ [key]: 'k' }, { [id]: `cannot be blank when ${key} is given` }],
  [{ [id]: 'i', [key]: '' }, { [key]: `cannot be blank when ${id} is given` }],
  [{ [id]: 'i', profile: 'p' }, { [key]: `cannot be blank when ${id} is given` }],
  [{ [id]: 5, [key]: 'k' }, { [id]: 'must be text' }],
];

const cases: { name: string; always: Record<string, unknown>; examples: Example[] }[] = [
  { name: 'AWS', always: { region: 'r' }, examples: aws },
  { name: 'AWSTextract', always: { region: 'r' }, examples: aws },
  { name: 'AWSOpenSearch', always: { region: 'r', host: 'h' }, examples: aws },
  {
    name: 'GoogleCloud',
    always: {},
    examples: [
      [{}, {}],
      [{ private_key: privateKey, client_email: 'e' }, {}],
      [{ private_key: privateKey }, { client_email: 'cannot be blank when private_key is given' }],
      [{ client_email: 'e' }, { private_key: 'cannot be blank when client_email is given' }],
    ],
  },
  {
    name: 'VertexAI',
    always: { vertex_project_id: 'p', vertex_project_location: 'l' },
    examples: [[{ client_email: 'e' }, {}]],
  },
  {
    name: 'Weaviate',
    always: { api_key: 'k' },
    examples: [
      [{ url: 'https://w.example' }, {}],
      [{ deployment_type: 'custom', http_host: 'h', grpc_host: 'g' }, {}],
      [{}, { url: 'cannot be blank when deployment_type is weaviate_cloud' }],
      [
        { deployment_type: null, url: '', http_host: 'h', grpc_host: 'g' },
        { url: 'cannot be blank when deployment_type is weaviate_cloud' },
      ],
      [
        { deployment_type: 'custom', url: 'https://w.example', http_host: 'h' },
        { grpc_host: 'cannot be blank when deployment_type is custom' },
      ],
      [{ deployment_type: 'other' }, { deployment_type: 'must be one of: weaviate_cloud, custom' }],
    ],
  },
  {
    name: 'Elasticsearch',
    always: {},
    examples: [
      [{ url: 'https://e.example' }, {}],
      [{ cloud_id: 'c' }, {}],
      [{ url: 'https://e.example', cloud_id: 'c', api_key: 'k' }, {}],
      [{ cloud_id: 'c', username: 'u', password: 'p' }, {}],
      [{}, { url: 'cannot be blank unless cloud_id is given' }],
      [{ cloud_id: 'c', username: 'u' }, { password: 'cannot be blank when username is given' }],
      [{ cloud_id: 'c', password: 'p' }, { username: 'cannot be blank when password is given' }],
    ],
  },
  {
    name: 'SteelBrowser',
    always: { model_api_key: 'm' },
    examples: [
      [{ api_key: 'k' }, {}],
      [{ environment: 'SELF_HOSTED', base_url: 'http://steel.example' }, {}],
      [{}, { api_key: 'cannot be blank when environment is CLOUD' }],
      [
        { environment: 'SELF_HOSTED', api_key: 'k' },
        { base_url: 'cannot be blank when environment is SELF_HOSTED' },
      ],
    ],
  },
  {
    name: 'CuaDesktop',
    always: {},
    examples: [
      [{ api_key: 'k' }, {}],
      [{ provider_type: 'docker', image: 'trycua/cua-xfce:latest' }, {}],
      [{}, { api_key: 'cannot be blank when provider_type is cloud' }],
      [{ provider_type: 'docker' }, { image: 'cannot be blank when provider_type is docker' }],
    ],
  },
];

describe.each(cases)('the rules of $name', ({ name, always, examples }) => {
  it.each(examples)('report for %j the issues %j', (given, expected) => {
    const parsed = parseForApi(typeNamed(name), { ...always, ...given });
    const found = parsed.ok ? [] : parsed.issues;
    expect(found).toEqual(
      Object.entries(expected).map(([field, message]) => ({ path: `config.${field}`, message })),
    );
  });
});
