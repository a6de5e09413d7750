import type { ConnectionType } from './connection-type.ts';
import { typesOf } from './connection-type.ts';
import { address, apiKey, choice, object, optional, secret, text, url } from './fields.ts';
import { when } from './rules.ts';

const sandbox = typesOf('sandbox');

const browserbase = [
  secret('browserbase_api_key'),
  text('browserbase_project_id'),
  optional(secret('model_api_key')),
  object('extra_config'),
];

/** Sandboxes and remote browsers. */
export const sandboxTypes: readonly ConnectionType[] = [
  sandbox('E2B', 'E2B', [
    apiKey,
    optional(address('domain')),
    optional(address('public_preview_domain')),
  ]),
  sandbox('Daytona', 'Daytona', [
    apiKey,
    url('url', 'https://app.daytona.io/api'),
    optional(text('target')),
  ]),
  sandbox('Browserbase', 'Browserbase', browserbase),
  sandbox('Stagehand', 'Stagehand', browserbase),
  {
    ...sandbox('SteelBrowser', 'Steel Browser', [
      choice('environment', ['CLOUD', 'SELF_HOSTED'], 'CLOUD'),
      optional(apiKey),
      optional(url('base_url')),
      secret('model_api_key'),
      object('session_config', { block_ads: true, timeout: 3600000 }),
      object('extra_config'),
    ]),
    rules: [
      when('environment', 'CLOUD', 'api_key'),
      when('environment', 'SELF_HOSTED', 'base_url'),
    ],
  },
  {
    ...sandbox('CuaDesktop', 'Cua desktop', [
      optional(apiKey),
      choice('os_type', ['linux', 'windows', 'macos'], 'linux'),
      choice('provider_type', ['cloud', 'docker'], 'cloud'),
      optional(text('computer_name')),
      optional(choice('image', ['trycua/cua-xfce:latest', 'trycua/cua-ubuntu:latest'])),
    ]),
    rules: [when('provider_type', 'cloud', 'api_key'), when('provider_type', 'docker', 'image')],
  },
];
