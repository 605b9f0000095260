import type { Secret } from './secret.ts';

type Fields = Readonly<Record<string, (object: Secret) => string>>;

/** What a field selector may ask of it, beside its name and namespace. */
export const secretFields: Fields = { type: ({ type }) => type ?? '' };
