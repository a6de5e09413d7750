import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { exchangeCode, refresh, revoke } from './oauth-provider.grants.ts';
import { type ClientRequest, readClientRequest, requireClient } from './oauth-provider.request.ts';
import { describeTokens, sendBody, sendFailure } from './oauth-provider.responses.ts';
import { type Call, ProviderError, type ProviderState } from './oauth-provider.state.ts';
import type { Delay, Failure, Switches } from './oauth-provider.switches.ts';

export type Exchange = { state: ProviderState; message: IncomingMessage; response: ServerResponse };
type Answer = Record<string, unknown>;
type Outcome = { status: number; body: Answer };

/** The token endpoint (RFC 6749, section 3.2). */
export async function answerToken(exchange: Exchange): Promise<void> {
  const request = await readClientRequest(exchange.message);
  const grant = request.params.get('grant_type');
  const isKnown = grant === 'authorization_code' || grant === 'refresh_token';
  const call = recordCall(exchange, request, isKnown ? grant : 'unknown');
  await answerCall(exchange, call, () => {
    requireClient(request, exchange.state.switches, exchange.state.client);
    if (!isKnown) throw new ProviderError('unsupported_grant_type', 'Codes and refreshes only.');
    const issue = grant === 'refresh_token' ? refresh : exchangeCode;
    return describeTokens(exchange.state, issue(exchange.state, request.params));
  });
}

/** The revocation endpoint (RFC 7009). */
export async function answerRevocation(exchange: Exchange): Promise<void> {
  const request = await readClientRequest(exchange.message);
  const call = recordCall(exchange, request, 'revocation');
  await answerCall(exchange, call, () => {
    requireClient(request, exchange.state.switches, exchange.state.client);
    revoke(exchange.state, request.params.get('token') ?? '');
    return {};
  });
}

async function answerCall(
  { state: { switches }, response }: Exchange,
  call: Call,
  work: () => Answer,
): Promise<void> {
  await wait(switches, call, 'before');
  const failure = takeFailure(switches, call);
  if (failure !== undefined && failure.after !== true) {
    fail(response, call, failure);
    return;
  }
  const { status, body } = attempt(switches, work);
  await wait(switches, call, 'after');
  if (failure !== undefined) {
    fail(response, call, failure);
    return;
  }
  if (typeof body.error === 'string') call.error = body.error;
  const asForm = switches.asForm || (switches.formUnlessAccepted && !call.accept.includes('json'));
  sendBody(response, body, { status, asForm, encoding: switches.encoding });
}

function attempt({ errorStatus }: Switches, work: () => Answer): Outcome {
  try {
    return { status: 200, body: work() };
  } catch (error) {
    if (!(error instanceof ProviderError)) throw error;
    const isClient = error.error === 'invalid_client' && errorStatus === 400;
    const body = { error: error.error, error_description: error.message };
    return { status: isClient ? 401 : errorStatus, body };
  }
}

function fail(response: ServerResponse, call: Call, failure: Failure): void {
  if (failure.kind === 'error') call.error = failure.error;
  sendFailure(response, failure);
}

async function wait({ delay }: Switches, call: Call, when: Delay['when']): Promise<void> {
  if (delay?.when === when && (delay.on ?? call.operation) === call.operation)
    await sleep(delay.ms);
}

/** Returns the failure of this call; counts down a limited one. */
function takeFailure(switches: Switches, { operation }: Call): Failure | undefined {
  const { failure } = switches;
  if (failure === null || (failure.on ?? operation) !== operation) return undefined;
  const { times } = failure;
  if (times !== undefined) switches.failure = times > 1 ? { ...failure, times: times - 1 } : null;
  return failure;
}

function recordCall(
  { state: { calls, switches }, message: { headers }, response }: Exchange,
  request: ClientRequest,
  operation: Call['operation'],
): Call {
  const shown = [...request.params].filter(([name]) => switches.recordValues.includes(name));
  const call: Call = {
    at: Date.now(),
    operation,
    authentication: request.authentication,
    contentType: request.contentType,
    accept: headers.accept ?? '',
    userAgent: headers['user-agent'] ?? '',
    params: [...request.params.keys()],
    values: Object.fromEntries(shown),
  };
  calls.push(call);
  response.on('finish', () => {
    call.status = response.statusCode;
  });
  return call;
}
