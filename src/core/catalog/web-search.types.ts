import type { ConnectionType } from './connection-type.ts';
import { typesOf } from './connection-type.ts';
import { apiKey, fixed, text, url } from './fields.ts';
import { requestParts } from './http.fields.ts';

const webSearch = typesOf('web_search');

/** Web search and scraping. */
export const webSearchTypes: readonly ConnectionType[] = [
  webSearch('Tavily', 'Tavily', [
    url('url', 'https://api.tavily.com'),
    fixed('method', 'POST'),
    ...requestParts,
    apiKey,
  ]),
  webSearch('ScaleSerp', 'Scale SERP', [
    url('url', 'https://api.scaleserp.com'),
    text('method', 'GET'),
    ...requestParts,
    apiKey,
  ]),
  webSearch('ZenRows', 'ZenRows', [
    url('url', 'https://api.zenrows.com/v1/'),
    text('method', 'GET'),
    ...requestParts,
    apiKey,
  ]),
  webSearch('Firecrawl', 'Firecrawl', [
    url('url', 'https://api.firecrawl.dev/v2/'),
    fixed('method', 'POST'),
    ...requestParts,
    apiKey,
  ]),
  webSearch('Exa', 'Exa', [
    fixed('url', 'https://api.exa.ai'),
    fixed('method', 'POST'),
    ...requestParts,
    apiKey,
  ]),
  webSearch('Jina', 'Jina', [url('url', ''), fixed('method', 'GET'), ...requestParts, apiKey]),
];
