import type { IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import { type Call, type Client, ProviderError } from './oauth-provider.state.ts';
import type { Switches } from './oauth-provider.switches.ts';

/** A request to the token or revocation endpoint, parsed but not yet checked. */
export type ClientRequest = {
  params: Map<string, string>;
  contentType: string;
  authentication: Call['authentication'];
  clientId: string | undefined;
  clientSecret: string | undefined;
};

const form = 'application/x-www-form-urlencoded';
const json = 'application/json';

export async function readClientRequest(request: IncomingMessage): Promise<ClientRequest> {
  const contentType = request.headers['content-type']?.split(';')[0]?.trim() ?? '';
  const params = readParams(contentType, await text(request));
  const basic = readBasic(request.headers.authorization);
  const inBody = params.has('client_secret');
  return {
    params,
    contentType,
    authentication: basic ? (inBody ? 'both' : 'basic') : inBody ? 'body' : 'none',
    clientId: basic?.id ?? params.get('client_id'),
    clientSecret: basic?.secret ?? params.get('client_secret'),
  };
}

/** Authenticates the client in the way that the switch says. */
export function requireClient(request: ClientRequest, switches: Switches, client: Client): void {
  const { clientAuthentication: wanted } = switches;
  const type = wanted === 'basic+json' ? json : form;
  if (request.contentType !== type) throw new ProviderError('invalid_request', `Send ${type}.`);
  const method = wanted === 'basic+json' ? 'basic' : wanted;
  const isKnown = request.clientId === client.id && request.clientSecret === client.secret;
  if (request.authentication !== method || !isKnown) {
    throw new ProviderError('invalid_client', 'The client is not who it should be.');
  }
}

function readParams(contentType: string, body: string): Map<string, string> {
  if (contentType !== json) return new Map(new URLSearchParams(body));
  try {
    const parsed: Record<string, unknown> = JSON.parse(body);
    return new Map(Object.entries(parsed).map(([name, value]) => [name, String(value)]));
  } catch {
    return new Map();
  }
}

// Both parts are form-encoded before they become Basic (RFC 6749, section 2.3.1).
function readBasic(header: string | undefined): { id: string; secret: string } | undefined {
  const [, encoded] = /^basic (.+)$/i.exec(header ?? '') ?? [];
  if (encoded === undefined) return undefined;
  const [id = '', ...rest] = Buffer.from(encoded, 'base64').toString().split(':');
  return { id: decode(id), secret: decode(rest.join(':')) };
}

function decode(part: string): string {
  return new URLSearchParams(`part=${part}`).get('part') ?? '';
}
