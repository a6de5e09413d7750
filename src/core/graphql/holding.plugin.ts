import SchemaBuilder, {
  BasePlugin,
  type PothosOutputFieldConfig,
  type SchemaTypes,
} from '@pothos/core';
import type { GraphQLFieldResolver } from 'graphql';
import type { Role } from '../../platform/db/generated/enums.ts';
import { holding } from '../access/reach.ts';
import { refusalOf } from '../access/refusal.ts';
import { isPerson } from '../access/viewer.ts';
import { asViewer, type Context } from './context.ts';

const pluginName = 'holding';

export default pluginName;

declare global {
  export namespace PothosSchemaTypes {
    export interface Plugins<Types extends SchemaTypes> {
      holding: HoldingPlugin<Types>;
    }
  }
}

/**
 * A person may hold a role in one project and less in the next. So a root field that requires a role is
 * resolved as if only the projects existed in which the caller holds it: the `where` of every statement
 * authorizes. If a record is then not found although the person knows it, the error says that it is
 * forbidden.
 */
class HoldingPlugin<Types extends SchemaTypes> extends BasePlugin<Types> {
  override wrapResolve(
    resolver: GraphQLFieldResolver<unknown, Types['Context'], object>,
    { kind, pothosOptions }: PothosOutputFieldConfig<Types>,
  ): GraphQLFieldResolver<unknown, Types['Context'], object> {
    const role = kind === 'Query' || kind === 'Mutation' ? roleOf(pothosOptions) : undefined;
    if (role === undefined) return resolver;
    return (parent, args, given, info) => {
      const context = given as Context;
      const { viewer } = context;
      if (!isPerson(viewer)) return resolver(parent, args, given, info);
      const narrowed = asViewer(context, holding(viewer, role));
      const resolving = async () => resolver(parent, args, narrowed, info);
      return resolving().catch(async (error: unknown) => {
        throw await refusalOf(narrowed, args, error);
      });
    };
  }
}

type Scopes = { role?: Role; organizationRole?: Role; appCaller?: Role };

function roleOf(options: object): Role | undefined {
  const { authScopes } = options as { authScopes?: Scopes }; // these are the scopes that the builder declares
  if (typeof authScopes === 'function') throw new Error('A root field must name its role plainly.');
  return authScopes?.role ?? authScopes?.organizationRole ?? authScopes?.appCaller;
}

SchemaBuilder.registerPlugin(pluginName, HoldingPlugin);
