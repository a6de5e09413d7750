import { builder } from '../../core/graphql/builder.ts';
import { operationField } from '../../core/graphql/operation-field.ts';
import { perform } from '../../core/operations/perform.ts';
import { VerificationRef } from './verification.type.ts';
import { verifyConfig, verifyConnection } from './verify-connection.operations.ts';

const VerifyConnectionInput = builder.inputType('VerifyConnectionInput', {
  description: 'The connection whose credentials you want to verify.',
  fields: (t) => ({
    id: t.id({ description: 'The id of the connection to verify.' }),
    confirmAccountChange: t.boolean({
      required: false,
      defaultValue: false,
      description:
        'Whether the credentials may belong to another account than before. It requires the role `EDITOR`.',
    }),
  }),
});

const VerifyConfigInput = builder.inputType('VerifyConfigInput', {
  description: 'A config that you want to verify without storing it.',
  fields: (t) => ({
    projectId: t.id({ description: 'The id of the project in which you are an editor.' }),
    type: t.string({
      description:
        'The full identifier of the connection type, such as `dynamiq.connections.OpenAI`.',
    }),
    config: t.field({
      type: 'JSONObject',
      description: 'The fields that the type requires and allows: see `ConnectionType.fields`.',
    }),
  }),
});

builder.mutationFields((t) => ({
  verifyConnection: t.field({
    ...operationField(verifyConnection),
    type: VerificationRef,
    args: {
      input: t.arg({ type: VerifyConnectionInput, description: 'The connection to verify.' }),
    },
    resolve: (_root, { input }, context) => perform(verifyConnection, context, input),
  }),
  verifyConfig: t.field({
    ...operationField(verifyConfig),
    type: VerificationRef,
    args: { input: t.arg({ type: VerifyConfigInput, description: 'The config to verify.' }) },
    resolve: (_root, { input }, context) => perform(verifyConfig, context, input),
  }),
}));
