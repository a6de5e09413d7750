import { describe, expect, it } from 'vitest';
import {
  fillHost,
  fillText,
  fillUrl,
  readHostTemplate,
  readTextTemplate,
  readUrlTemplate,
} from '../../src/core/catalog/templates.ts';

function url(text: string) {
  const template = readUrlTemplate(text);
  if ('problem' in template) throw new Error(template.problem);
  return template;
}

const filled = (text: string, values: Record<string, string>) => fillUrl(url(text), values).href;

describe('a URL template', () => {
  it.each([
    ['https://api.example.com/v1', {}, 'https://api.example.com/v1'],
    ['https://{sub}.example.com/api', { sub: 'Acme' }, 'https://acme.example.com/api'],
    ['https://api-{region}.example.co.uk', { region: 'eu-1' }, 'https://api-eu-1.example.co.uk/'],
    [
      'https://a.example.com/x/{id}.json',
      { id: 'a/b?c#d' },
      'https://a.example.com/x/a%2Fb%3Fc%23d.json',
    ],
    ['https://a.example.com/x?q={id}', { id: 'a&b=c' }, 'https://a.example.com/x?q=a%26b%3Dc'],
    ['{url}', { url: 'https://gateway.example.com/v1' }, 'https://gateway.example.com/v1'],
    [
      '{url}/models',
      { url: 'https://gateway.example.com/v1/' },
      'https://gateway.example.com/v1/models',
    ],
    ['http://{tenant}.localhost:8080/a', { tenant: 't1' }, 'http://t1.localhost:8080/a'],
  ])('%s with %j becomes %s', (text, values, expected) => {
    expect(filled(text, values)).toBe(expected);
  });

  it.each([
    'https://{host}/api',
    'https://{host}',
    'https://api.{domain}/v1',
    'https://{a}.com',
    'https://{a}.co.uk/x',
    'https://{a}.{b}.com',
    'https://api.example.com{path}',
    'https://api.example.com:{port}/',
    'https://{user}@example.com/',
    'https://user:pw@example.com/',
    'https://example.com\\{a}',
    '{url}{path}',
    '{url}.example.com',
    '{url}@example.com',
    '{scheme}://example.com',
    'https://example.com/#{a}',
    'https://example.com/{a',
    'https://example.com/a}',
    'https://example.com/../{a}',
    'https://example.com/%2e%2e/{a}',
    'ftp://example.com/',
    '//example.com/',
    'example.com',
    '',
  ])('%s is refused whatever the value', (text) => {
    expect(readUrlTemplate(text)).toHaveProperty('problem');
  });

  it.each([
    'evil.com',
    'evil.com/',
    'a.b',
    'a@b',
    'a:b',
    'a/b',
    'a\\b',
    'a#',
    'a?',
    '-a',
    'a-',
    'ä',
    'a b',
    'a%2eb',
    '',
    '.',
    'a\n',
    'x'.repeat(64),
  ])('%j cannot be a label of the host', (value) => {
    expect(() => fillUrl(url('https://{sub}.example.com/'), { sub: value })).toThrow(/^sub /);
  });

  it.each([
    'https://user@a.example.com',
    'https://a.example.com/#x',
    'javascript:alert(1)',
    'a.example.com',
  ])('%s cannot be the base of the URL', (value) => {
    expect(() => fillUrl(url('{url}/x'), { url: value })).toThrow(/^url /);
  });

  it.each(['.', '..'])('the value %s cannot lead out of the path', (id) => {
    expect(() => fillUrl(url('https://a.example.com/x/{id}/y'), { id })).toThrow('id must not be');
  });
});

describe('a text template', () => {
  it('takes texts and numbers, and refuses what is missing or holds a line break', () => {
    const template = readTextTemplate('Bearer {api_key}') ?? [];
    expect(fillText(template, { api_key: 'k' })).toBe('Bearer k');
    expect(fillText(template, { api_key: 5 })).toBe('Bearer 5');
    expect(() => fillText(template, {})).toThrow('api_key cannot be blank');
    expect(() => fillText(template, { api_key: 'k\r\nX: y' })).toThrow('api_key cannot hold');
    expect(readTextTemplate('{a')).toBeUndefined();
  });
});

describe('a host template', () => {
  it('fixes the domain', () => {
    expect(readHostTemplate('{sub}.example.com')).not.toHaveProperty('problem');
    expect(readHostTemplate('{sub}.com')).toHaveProperty('problem');
    const template = readHostTemplate('{sub}.example.com');
    expect('problem' in template || fillHost(template, { sub: 'a' })).toBe('a.example.com');
  });
});
