import { builder } from '../../core/graphql/builder.ts';
import type { ProviderAccount } from '../../core/verification/verdict.ts';
import { VerificationVerdict } from '../../platform/db/generated/enums.ts';
import type { StoredVerification } from './connection-row.ts';

export const VerificationVerdictRef = builder.enumType('VerificationVerdict', {
  description: 'The result of a check of credentials.',
  values: {
    OK: { value: VerificationVerdict.ok, description: 'The service accepts the credentials.' },
    REFUSED: {
      value: VerificationVerdict.refused,
      description: 'The service refuses the credentials.',
    },
    INSUFFICIENT_SCOPE: {
      value: VerificationVerdict.insufficient_scope,
      description: 'The service knows the credentials, but they lack a permission.',
    },
    UNREACHABLE: {
      value: VerificationVerdict.unreachable,
      description: 'The service gave no clear answer, so the credentials may work or not.',
    },
    BLOCKED_BY_POLICY: {
      value: VerificationVerdict.blocked_by_policy,
      description: 'This server does not send requests to the address, so nothing was sent.',
    },
    UNSUPPORTED: {
      value: VerificationVerdict.unsupported,
      description: 'The type does not say how its credentials can be checked.',
    },
  },
});

export const ProviderAccountRef = builder.objectRef<ProviderAccount>('ProviderAccount').implement({
  description: 'The account at a service to which credentials belong.',
  fields: (t) => ({
    id: t.exposeString('id', {
      nullable: true,
      description: 'The id that the service gives the account; null if it does not tell.',
    }),
    label: t.exposeString('label', {
      nullable: true,
      description: 'The name of the account for people, such as an email address.',
    }),
  }),
});

export const VerificationRef = builder.objectRef<StoredVerification>('Verification').implement({
  description: 'The verdict about credentials: whether the service accepts them.',
  fields: (t) => ({
    verdict: t.expose('verdict', {
      type: VerificationVerdictRef,
      description: 'The result of the check, as one of six verdicts.',
    }),
    checkedAt: t.expose('checkedAt', {
      type: 'DateTime',
      description: 'The time when the check ended.',
    }),
    message: t.exposeString('message', {
      description:
        'A sentence for a person: the result, and what to do. It never contains a value.',
    }),
    httpStatus: t.exposeInt('httpStatus', {
      nullable: true,
      description: 'The HTTP status of the response; null without one.',
    }),
    account: t.field({
      type: ProviderAccountRef,
      nullable: true,
      description: 'The account at the service, if the service named it.',
      resolve: ({ account }) => account,
    }),
  }),
});
