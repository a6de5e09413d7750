import { described, issued, optional, secret, text } from './fields.ts';
import { oneGroup, together } from './rules.ts';

/** Who signs a request to AWS, and in which region: the head of every type that does. */
export const awsFields = [
  optional(issued('access_key_id')),
  optional(secret('secret_access_key')),
  described(optional(secret('session_token')), 'For temporary credentials only.'),
  text('region'),
  described(
    optional(text('profile')),
    'A profile of the AWS configuration files, in place of an access key.',
  ),
];

/** An access key in both its halves, or a profile. */
export const awsRules = [
  together('access_key_id', 'secret_access_key'),
  oneGroup(['access_key_id', 'secret_access_key'], ['profile']),
];
