import { describe, expect, it } from 'vitest';
import { listShippedTypes } from '../../src/core/catalog/catalog.ts';
import { checkForApi } from './api-issues.ts';
import { minimalConfig, typeNamed } from './sample-configs.ts';

const postgres = typeNamed('PostgreSQL');
const server = { host: 'h', database: 'd', user: 'u' };

describe('checkConfig', () => {
  it('finds no issue in a good config', () => {
    const found = listShippedTypes().flatMap((type) => checkForApi(type, minimalConfig(type)));
    expect(found).toEqual([]);
  });

  it('accepts a missing secret, because it may be stored', () => {
    expect(checkForApi(postgres, server)).toEqual([]);
  });

  it.each([null, ''])('refuses %j for a required secret', (password) => {
    expect(checkForApi(postgres, { ...server, password })).toEqual([
      { path: 'config.password', message: 'cannot be blank' },
    ]);
  });

  it('does not check rules, which need the stored config', () => {
    expect(checkForApi(typeNamed('AWS'), { region: 'r', access_key_id: 'id' })).toEqual([]);
  });

  it('returns all other issues at once', () => {
    expect(checkForApi(postgres, { port: '5432', user: ' ', other: 1 })).toEqual([
      { path: 'config.host', message: 'cannot be blank' },
      { path: 'config.port', message: 'must be an integer from 1 to 65535' },
      { path: 'config.database', message: 'cannot be blank' },
      { path: 'config.user', message: 'cannot be blank' },
      { path: 'config.other', message: 'is not a known field' },
    ]);
  });

  it('refuses a config that is not an object', () => {
    expect(checkForApi(postgres, [])).toEqual([{ path: 'config', message: 'must be an object' }]);
  });
});
