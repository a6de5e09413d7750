import { awsFields, awsRules } from './aws.fields.ts';
import type { ConnectionType } from './connection-type.ts';
import { typesOf } from './connection-type.ts';
import { apiKey, choice, fixed, integer, optional, seconds, url } from './fields.ts';

const document = typesOf('document');

/** Services that read documents. */
export const documentTypes: readonly ConnectionType[] = [
  {
    ...document('AWSTextract', 'AWS Textract', [
      ...awsFields,
      optional(url('endpoint_url')),
      seconds('connect_timeout', 10),
      seconds('read_timeout', 120),
      integer('max_attempts', 5),
      choice('retry_mode', ['legacy', 'standard', 'adaptive'], 'adaptive'),
    ]),
    rules: awsRules,
  },
  document('Unstructured', 'Unstructured', [apiKey, url('url', 'https://api.unstructured.io/')]),
  document('MistralOCR', 'Mistral OCR', [apiKey, fixed('base_url', 'https://api.mistral.ai/')]),
];
