import {
  type AppError,
  ConflictError,
  errorKinds,
  ForbiddenError,
  InvalidInputError,
  NotFoundError,
  UpstreamError,
} from '../../platform/errors.ts';
import type { FieldIssue } from '../../platform/field-issues.ts';
import type { JsonObject } from '../catalog/json.ts';
import { builder } from './builder.ts';

const ErrorInterface = builder.interfaceRef<AppError>('UserError').implement({
  description:
    'An expected failure of a mutation. Select `code` and `message` here for every kind of error.',
  fields: (t) => ({
    code: t.string({
      description:
        'A stable code for programs, the same as in `extensions.code`, such as `NOT_FOUND`.',
      resolve: ({ kind }) => errorKinds[kind].graphql,
    }),
    message: t.exposeString('message', {
      description: 'A sentence for people that says what is wrong and what to do.',
    }),
  }),
});

const FieldError = builder.objectRef<FieldIssue>('FieldError').implement({
  description: 'A problem with one field of the input.',
  fields: (t) => ({
    path: t.exposeString('path', {
      description: 'The path of the field in the input, such as `config.port`.',
    }),
    message: t.exposeString('message', {
      description: 'The rule that the value breaks. It never contains the value.',
    }),
  }),
});

builder.objectType(InvalidInputError, {
  name: 'InvalidInputError',
  description: 'The input is invalid. The error lists every invalid field at once.',
  interfaces: [ErrorInterface],
  fields: (t) => ({
    fields: t.field({
      type: [FieldError],
      description: 'All invalid fields, in the order of the input.',
      resolve: ({ fields }) => [...fields],
    }),
  }),
});

builder.objectType(NotFoundError, {
  name: 'NotFoundError',
  description: 'The record does not exist, or the credential cannot reach it. Both look the same.',
  interfaces: [ErrorInterface],
});

builder.objectType(ForbiddenError, {
  name: 'ForbiddenError',
  description: "The caller can see the record, but the caller's role does not allow this.",
  interfaces: [ErrorInterface],
});

builder.objectType(ConflictError, {
  name: 'ConflictError',
  description: 'The request conflicts with the current state, such as a name that is taken.',
  interfaces: [ErrorInterface],
  fields: (t) => ({
    details: t.field({
      type: 'JSONObject',
      nullable: true,
      description:
        'Details of the conflict, such as the references that block a deletion; null without any.',
      resolve: ({ details }) => (details as JsonObject | undefined) ?? null,
    }),
  }),
});

builder.objectType(UpstreamError, {
  name: 'UpstreamError',
  description: 'The provider refused the request or could not be reached.',
  interfaces: [ErrorInterface],
  fields: (t) => ({
    retryable: t.exposeBoolean('retryable', {
      description: 'Whether the same call can succeed later without a change.',
    }),
  }),
});
