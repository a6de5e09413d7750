import { awsFields, awsRules } from './aws.fields.ts';
import type { ConnectionType } from './connection-type.ts';
import { typesOf } from './connection-type.ts';
import { choice, datetime, fixed, optional, secret, text } from './fields.ts';

const cloud = typesOf('cloud');

/** Accounts of cloud platforms. */
export const cloudTypes: readonly ConnectionType[] = [
  { ...cloud('AWS', 'AWS', awsFields), rules: awsRules },
  cloud('PipedreamOAuth2', 'Pipedream', [
    secret('access_token'),
    text('project_id'),
    fixed('url', 'https://api.pipedream.com/v1'),
    choice('environment', ['development', 'production'], 'development'),
    optional(datetime('expires_at')),
  ]),
];
