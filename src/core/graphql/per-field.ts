import type { GraphQLResolveInfo } from 'graphql';
import type { Context } from './context.ts';

const madeFor = new WeakMap<Context, WeakMap<object, object>>();

/**
 * Creates something once per field of a request's document, for example one batch for all parents of that
 * field. They share its arguments and its selection. The WeakMaps live as long as the request: their keys
 * are its context and the nodes of its document.
 */
export function perField<Made extends object>(
  context: Context,
  { fieldNodes: [node] }: GraphQLResolveInfo,
  make: () => Made,
): Made {
  if (node === undefined) throw new Error('A field is somewhere in its document.');
  const ofRequest = madeFor.get(context) ?? new WeakMap<object, object>();
  madeFor.set(context, ofRequest);
  const known = ofRequest.get(node) as Made | undefined; // only `make` of this field creates it
  if (known !== undefined) return known;
  const made = make();
  ofRequest.set(node, made);
  return made;
}
