import type { ConnectionType } from './connection-type.ts';
import { typesOf } from './connection-type.ts';
import { port, secret, text } from './fields.ts';

const database = typesOf('database');

const server = (usualPort: number) => [
  text('host'),
  port('port', usualPort),
  text('database'),
  text('user'),
  secret('password'),
];

/** Databases that speak SQL. */
export const databaseTypes: readonly ConnectionType[] = [
  database('PostgreSQL', 'PostgreSQL', server(5432)),
  database('ApacheAGE', 'Apache AGE', server(5432)),
  database('MySQL', 'MySQL', server(3306)),
  database('Snowflake', 'Snowflake', [
    text('user'),
    secret('password'),
    text('account'),
    text('warehouse'),
    text('database'),
    text('snowflake_schema'),
  ]),
  database('AWSRedshift', 'Amazon Redshift', server(5439)),
  database('DatabricksSQL', 'Databricks SQL', [
    text('server_hostname'),
    text('http_path'),
    secret('access_token'),
  ]),
];
