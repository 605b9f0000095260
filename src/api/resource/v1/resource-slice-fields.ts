import type { ResourceSlice } from './resource-slice.ts';

type Fields = Readonly<Record<string, (object: ResourceSlice) => string>>;

/** What a field selector may ask of it, beside its name and namespace. */
export const resourceSliceFields: Fields = {
  'spec.nodeName': ({ spec }) => spec.nodeName ?? '',
  'spec.driver': ({ spec }) => spec.driver,
};
