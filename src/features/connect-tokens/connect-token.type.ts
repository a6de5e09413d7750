import { builder } from '../../core/graphql/builder.ts';
import type { ConnectToken } from './create-connect-token.operation.ts';

export const ConnectTokenRef = builder.objectRef<ConnectToken>('ConnectToken').implement({
  description: 'A credential for one end user of one app.',
  fields: (t) => ({
    token: t.exposeString('token', {
      description: 'The token itself. No other operation returns it.',
    }),
    url: t.expose('url', {
      type: 'URL',
      description:
        'The address of the connect page, where the user fulfils the requirements of the app.',
    }),
    expiresAt: t.expose('expiresAt', {
      type: 'DateTime',
      description: 'The time when the token expires: 24 hours after its creation.',
    }),
  }),
});

export const RevokedConnectTokensRef = builder
  .objectRef<{ count: number }>('RevokedConnectTokens')
  .implement({
    description: 'The outcome of a revocation of connect tokens.',
    fields: (t) => ({
      count: t.exposeInt('count', {
        description:
          'The number of revocations that took effect: 0 if there was nothing to revoke, otherwise 1, even if the user had several tokens.',
      }),
    }),
  });
