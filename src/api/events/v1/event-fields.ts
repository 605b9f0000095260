import type { Event } from './event.ts';

type Fields = Readonly<Record<string, (object: Event) => string>>;

/** What a field selector may ask of it, beside its name and namespace. */
export const eventFields: Fields = {
  'regarding.kind': ({ regarding }) => regarding?.kind ?? '',
  'regarding.namespace': ({ regarding }) => regarding?.namespace ?? '',
  'regarding.name': ({ regarding }) => regarding?.name ?? '',
  'regarding.uid': ({ regarding }) => regarding?.uid ?? '',
  'regarding.apiVersion': ({ regarding }) => regarding?.apiVersion ?? '',
  'regarding.resourceVersion': ({ regarding }) => regarding?.resourceVersion ?? '',
  'regarding.fieldPath': ({ regarding }) => regarding?.fieldPath ?? '',
  reason: ({ reason }) => reason ?? '',
  reportingController: ({ reportingController }) => reportingController ?? '',
  type: ({ type }) => type ?? '',
};
