import type { Namespace } from './namespace.ts';

type Fields = Readonly<Record<string, (object: Namespace) => string>>;

/** What a field selector may ask of it, beside its name and namespace. */
export const namespaceFields: Fields = {
  'status.phase': ({ status }) => status?.phase ?? '',
};
