import { describe, expect, it } from 'vitest';
import { connectionTypes } from '../../src/core/catalog/catalog.ts';
import { checkConfig } from '../../src/core/catalog/config.ts';
import { minimalConfig, typeNamed } from './sample-configs.ts';

const postgres = typeNamed('PostgreSQL');
const server = { host: 'h', database: 'd', user: 'u' };

describe('checkConfig', () => {
  it('finds nothing in a good config', () => {
    const found = connectionTypes.flatMap((type) => checkConfig(type, minimalConfig(type)));
    expect(found).toEqual([]);
  });

  it('takes an absent secret for a stored one', () => {
    expect(checkConfig(postgres, server)).toEqual([]);
  });

  it.each([null, ''])('refuses %j for a required secret', (password) => {
    expect(checkConfig(postgres, { ...server, password })).toEqual([
      { path: 'config.password', message: 'cannot be blank' },
    ]);
  });

  it('leaves the rules to parseConfig, which knows the whole', () => {
    expect(checkConfig(typeNamed('AWS'), { region: 'r', access_key_id: 'id' })).toEqual([]);
  });

  it('names every other issue at once', () => {
    expect(checkConfig(postgres, { port: '5432', user: ' ', other: 1 })).toEqual([
      { path: 'config.host', message: 'cannot be blank' },
      { path: 'config.port', message: 'must be an integer from 1 to 65535' },
      { path: 'config.database', message: 'cannot be blank' },
      { path: 'config.user', message: 'cannot be blank' },
      { path: 'config.other', message: 'is not a known field' },
    ]);
  });

  it('asks for an object', () => {
    expect(checkConfig(postgres, [])).toEqual([{ path: 'config', message: 'must be an object' }]);
  });
});
