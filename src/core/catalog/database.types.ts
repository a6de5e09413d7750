import type { ConnectionType } from './connection-type.ts';
import { typesOf } from './connection-type.ts';
import { address, password, port, secret, text } from './fields.ts';

const database = typesOf('database');

const server = (usualPort: number) => [
  address('host'),
  port('port', usualPort),
  text('database'),
  text('user'),
  password,
];

/** Databases that speak SQL. */
export const databaseTypes: readonly ConnectionType[] = [
  database('PostgreSQL', 'PostgreSQL', server(5432)),
  database('ApacheAGE', 'Apache AGE', server(5432)),
  database('MySQL', 'MySQL', server(3306)),
  database('Snowflake', 'Snowflake', [
    text('user'),
    password,
    address('account'),
    text('warehouse'),
    text('database'),
    text('snowflake_schema'),
  ]),
  database('AWSRedshift', 'Amazon Redshift', server(5439)),
  database('DatabricksSQL', 'Databricks SQL', [
    address('server_hostname'),
    address('http_path'),
    secret('access_token'),
  ]),
];
