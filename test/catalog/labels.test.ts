import { expect, it } from 'vitest';
import { labelOf } from '../../src/core/catalog/fields.ts';

it.each([
  ['api_key', 'API key'],
  ['url', 'URL'],
  ['user_id', 'User ID'],
  ['access_key_id', 'Access key ID'],
  ['http_host', 'HTTP host'],
  ['grpc_port', 'gRPC port'],
  ['ca_certs', 'CA certs'],
  ['base_url', 'Base URL'],
  ['client_id', 'Client ID'],
  ['client_x509_cert_url', 'Client X.509 cert URL'],
  ['sse_read_timeout', 'SSE read timeout'],
  ['constructor', 'Constructor'],
])('writes the label of %s as "%s"', (name, label) => {
  expect(labelOf(name)).toBe(label);
});
