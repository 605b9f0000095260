import type { Node } from './node.ts';

type Fields = Readonly<Record<string, (object: Node) => string>>;

/** What a field selector may ask of it, beside its name and namespace. */
export const nodeFields: Fields = {
  'spec.unschedulable': ({ spec }) => String(spec?.unschedulable ?? false),
};
