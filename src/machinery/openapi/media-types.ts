import type { Operation } from './operations.ts';

export const STATUS_TEXTS: Readonly<Record<number, string>> = {
  200: 'OK',
  201: 'Created',
  202: 'Accepted',
  401: 'Unauthorized',
};

const OBJECTS = ['application/json', 'application/yaml', 'application/vnd.kubernetes.protobuf'];
const STREAMS = ['application/json;stream=watch', 'application/vnd.kubernetes.protobuf;stream=watch'];

/** What an operation can answer in. */
export const producedBy = ({ action, response }: Operation): readonly string[] => {
  if (response === undefined) return ['*/*'];
  return action === 'list' ? [...OBJECTS, ...STREAMS] : OBJECTS;
};

/** What an operation reads. */
export const consumedBy = ({ method }: Operation): readonly string[] =>
  method === 'patch'
    ? [
        'application/json-patch+json',
        'application/merge-patch+json',
        'application/strategic-merge-patch+json',
        'application/apply-patch+yaml',
      ]
    : ['*/*'];
