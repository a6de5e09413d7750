import {
  type AppError,
  ConflictError,
  errorKinds,
  type FieldIssue,
  ForbiddenError,
  InvalidInputError,
  NotFoundError,
  UpstreamError,
} from '../../platform/errors.ts';
import type { JsonObject } from '../catalog/json.ts';
import { builder } from './builder.ts';

const ErrorInterface = builder.interfaceRef<AppError>('UserError').implement({
  description: 'A failure that a mutation can end in.',
  fields: (t) => ({
    code: t.string({
      description: 'A stable code, the same as in `extensions.code`.',
      resolve: ({ kind }) => errorKinds[kind].graphql,
    }),
    message: t.exposeString('message', { description: 'What was wrong, and what to do.' }),
  }),
});

const FieldError = builder.objectRef<FieldIssue>('FieldError').implement({
  description: 'What is wrong with one field.',
  fields: (t) => ({
    path: t.exposeString('path', { description: 'Where in the input: `config.port`.' }),
    message: t.exposeString('message', { description: 'The complaint. Never holds the value.' }),
  }),
});

builder.objectType(InvalidInputError, {
  name: 'InvalidInputError',
  description: 'The input cannot be taken. Names every offending field at once.',
  interfaces: [ErrorInterface],
  fields: (t) => ({
    fields: t.field({
      type: [FieldError],
      description: 'Every offending field.',
      resolve: ({ fields }) => [...fields],
    }),
  }),
});

builder.objectType(NotFoundError, {
  name: 'NotFoundError',
  description: 'No such thing, or one outside the reach of the credential: the two look the same.',
  interfaces: [ErrorInterface],
});

builder.objectType(ForbiddenError, {
  name: 'ForbiddenError',
  description: "The credential's role does not allow this.",
  interfaces: [ErrorInterface],
});

builder.objectType(ConflictError, {
  name: 'ConflictError',
  description: 'The state of things stands against it.',
  interfaces: [ErrorInterface],
  fields: (t) => ({
    details: t.field({
      type: 'JSONObject',
      nullable: true,
      description: 'What stands against it, where there is more to say.',
      resolve: ({ details }) => (details as JsonObject | undefined) ?? null,
    }),
  }),
});

builder.objectType(UpstreamError, {
  name: 'UpstreamError',
  description: 'The provider refused, or could not be reached.',
  interfaces: [ErrorInterface],
  fields: (t) => ({
    retryable: t.exposeBoolean('retryable', {
      description: 'Whether the same call may work later.',
    }),
  }),
});
