import { describe, expect, it } from 'vitest';
import { connectionTypes } from '../../src/core/catalog/catalog.ts';
import { checkConfig } from '../../src/core/catalog/config.ts';
import { minimalConfig, typeNamed } from './sample-configs.ts';

const postgres = typeNamed('PostgreSQL');
const server = { host: 'h', database: 'd', user: 'u' };

describe('checkConfig', () => {
  it('finds no issue in a good config', () => {
    const found = connectionTypes.flatMap((type) => checkConfig(type, minimalConfig(type)));
    expect(found).toEqual([]);
  });

  it('accepts a missing secret, because it may be stored', () => {
    expect(checkConfig(postgres, server)).toEqual([]);
  });

  it.each([null, ''])('refuses %j for a required secret', (password) => {
    expect(checkConfig(postgres, { ...server, password })).toEqual([
      { path: 'config.password', message: 'cannot be blank' },
    ]);
  });

  it('does not check rules, which need the stored config', () => {
    expect(checkConfig(typeNamed('AWS'), { region: 'r', access_key_id: 'id' })).toEqual([]);
  });

  it('returns all other issues at once', () => {
    expect(checkConfig(postgres, { port: '5432', user: ' ', other: 1 })).toEqual([
      { path: 'config.host', message: 'cannot be blank' },
      { path: 'config.port', message: 'must be an integer from 1 to 65535' },
      { path: 'config.database', message: 'cannot be blank' },
      { path: 'config.user', message: 'cannot be blank' },
      { path: 'config.other', message: 'is not a known field' },
    ]);
  });

  it('refuses a config that is not an object', () => {
    expect(checkConfig(postgres, [])).toEqual([{ path: 'config', message: 'must be an object' }]);
  });
});
