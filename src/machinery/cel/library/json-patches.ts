import { type FieldTypes, type Functions, plain } from '../environment.ts';
import { DYN, STRING, struct } from '../types.ts';

/** One step of a JSON patch, as policies that change objects make them. */
export const JSON_PATCH = struct('JSONPatch');
export const JSON_PATCH_FIELDS: FieldTypes = { op: STRING, path: STRING, from: STRING, value: DYN };

export const JSON_PATCHES: Functions = {
  'jsonpatch.escapeKey': [
    plain([STRING], STRING, (key: string) => key.replaceAll(/[~/]/g, (text) => (text === '~' ? '~0' : '~1'))),
  ],
};
