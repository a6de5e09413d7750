import type { ConnectionType } from './connection-type.ts';
import { typesOf } from './connection-type.ts';
import { address, flag, optional, password, port, text, wholeSeconds } from './fields.ts';

const graph = typesOf('graph');

/** Graph databases. */
export const graphTypes: readonly ConnectionType[] = [
  graph('AWSNeptune', 'AWS Neptune', [
    address('host'),
    port('port', 8182),
    flag('use_https', true),
    flag('verify_ssl', true),
    wholeSeconds('timeout', 30),
  ]),
  graph('Neo4j', 'Neo4j', [
    address('uri'),
    text('username'),
    password,
    optional(text('database')),
    flag('connectivity_verification_enabled', true),
  ]),
];
