import { builder } from '../../core/graphql/builder.ts';
import type { ConnectToken } from './create-connect-token.service.ts';

export const ConnectTokenRef = builder.objectRef<ConnectToken>('ConnectToken').implement({
  description: 'A credential of one end user of one app.',
  fields: (t) => ({
    token: t.exposeString('token', { description: 'The token itself. Shown only here.' }),
    url: t.expose('url', {
      type: 'URL',
      description: 'The connect page, where the user brings what the app asks for.',
    }),
    expiresAt: t.expose('expiresAt', {
      type: 'DateTime',
      description: 'When it stops working: 24 hours after it was made.',
    }),
  }),
});

export const RevokedConnectTokensRef = builder
  .objectRef<{ count: number }>('RevokedConnectTokens')
  .implement({
    description: 'Connect tokens that work no more.',
    fields: (t) => ({
      count: t.exposeInt('count', {
        description:
          'How many revocations took effect: 0 where there was nothing to revoke, otherwise 1, however many tokens the user had.',
      }),
    }),
  });
