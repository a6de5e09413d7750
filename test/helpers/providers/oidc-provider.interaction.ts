import type { IncomingMessage, ServerResponse } from 'node:http';
import type Provider from 'oidc-provider';

/** Logs in and consents to everything, so that a browser passes without a page. */
export async function interact(
  provider: Provider,
  account: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { prompt, params, session, grantId } = await provider.interactionDetails(request, response);
  if (prompt.name === 'login') {
    const login = { login: { accountId: account } };
    await provider.interactionFinished(request, response, login, {
      mergeWithLastSubmission: false,
    });
    return;
  }
  const owner = { accountId: session?.accountId ?? account, clientId: String(params.client_id) };
  const known = grantId === undefined ? undefined : await provider.Grant.find(grantId);
  const grant = known ?? new provider.Grant(owner);
  grant.addOIDCScope((prompt.details.missingOIDCScope ?? []).join(' '));
  const consent = { consent: { grantId: await grant.save() } };
  await provider.interactionFinished(request, response, consent, { mergeWithLastSubmission: true });
}
