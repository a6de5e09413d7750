import SchemaBuilder, {
  BasePlugin,
  type PothosOutputFieldConfig,
  type SchemaTypes,
} from '@pothos/core';
import type { GraphQLFieldResolver } from 'graphql';
import { AppError } from '../../platform/errors.ts';
import { recordRefusal } from '../audit/audit.service.ts';
import type { Context } from './context.ts';

const pluginName = 'refusals';

export default pluginName;

declare global {
  export namespace PothosSchemaTypes {
    export interface Plugins<Types extends SchemaTypes> {
      refusals: RefusalsPlugin<Types>;
    }
  }
}

/**
 * Records refusals in the audit log, for fields with `extensions: { audit: '<action>' }` and callers with
 * a valid credential.
 */
class RefusalsPlugin<Types extends SchemaTypes> extends BasePlugin<Types> {
  override wrapResolve(
    resolver: GraphQLFieldResolver<unknown, Types['Context'], object>,
    { extensions }: PothosOutputFieldConfig<Types>,
  ): GraphQLFieldResolver<unknown, Types['Context'], object> {
    const action = extensions?.audit;
    if (typeof action !== 'string') return resolver;
    return async (parent, args, context, info) => {
      try {
        return await resolver(parent, args, context, info);
      } catch (error) {
        if (error instanceof AppError) {
          const connectionId = subjectOf(action, args);
          await recordRefusal(context as Context, action, error, { connectionId });
        }
        throw error;
      }
    };
  }
}

/** Returns the id of the connection that a mutation concerns, if it concerns one. */
function subjectOf(action: string, { input }: Args): string | null {
  const aboutConnection = /^(connection|credentials)\.|^reference\.add$/.test(action);
  const id = input?.connectionId ?? input?.id;
  return aboutConnection && typeof id === 'string' ? id : null;
}

type Args = { input?: { id?: unknown; connectionId?: unknown } };

SchemaBuilder.registerPlugin(pluginName, RefusalsPlugin);
