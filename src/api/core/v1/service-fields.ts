import type { Service } from './service.ts';

type Fields = Readonly<Record<string, (object: Service) => string>>;

/** What a field selector may ask of it, beside its name and namespace. */
export const serviceFields: Fields = {
  'spec.clusterIP': ({ spec }) => spec?.clusterIP ?? '',
  'spec.type': ({ spec }) => spec?.type ?? '',
};
