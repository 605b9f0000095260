export const STATUS_TEXTS: Readonly<Record<number, string>> = {
  200: 'OK',
  201: 'Created',
  202: 'Accepted',
  401: 'Unauthorized',
};

/** Forms of objects. */
export const OBJECTS = ['application/json', 'application/yaml', 'application/vnd.kubernetes.protobuf'];
/** Forms of lists and of watches, which are one after another at the same path. */
export const LISTS = [...OBJECTS, 'application/json;stream=watch', 'application/vnd.kubernetes.protobuf;stream=watch'];
export const JSON_ONLY = ['application/json'];
export const ANYTHING = ['*/*'];
export const LOGS = ['text/plain', ...OBJECTS];
export const PATCHES = [
  'application/json-patch+json',
  'application/merge-patch+json',
  'application/strategic-merge-patch+json',
  'application/apply-patch+yaml',
];
