import { expect, test } from 'vitest';
import { parseConfig } from '../../src/core/catalog/config.ts';
import { failureJson } from '../../src/edge/http/failure.ts';
import { maskError } from '../../src/edge/http/masking.ts';
import { InvalidInputError } from '../../src/platform/errors.ts';
import { typeNamed } from './sample-configs.ts';

const message = 'cannot be blank';
const path = 'config.api_key';

/** The failure of an empty config, whose issues have codes for the connect page. */
function emptyConfig() {
  const parsed = parseConfig(typeNamed('OpenAI'), {});
  const issues = parsed.ok ? [] : parsed.issues;
  expect(issues).toEqual([{ path, message, code: 'blank', params: {} }]);
  return new InvalidInputError(issues);
}

test('GraphQL shows no code of a complaint', () => {
  expect(maskError(emptyConfig(), 'id').extensions.fields).toEqual([{ path, message }]);
});

test('REST shows no code of a complaint', () => {
  expect(failureJson(emptyConfig()).error.details).toEqual({ [path]: message });
});
