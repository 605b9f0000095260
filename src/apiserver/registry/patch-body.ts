import { append } from '#base/append.ts';
import type { PatchType } from '#client/transport.ts';
import { DecodeError } from '#machinery/codec/decode-error.ts';
import { goValueName } from '#machinery/codec/go-type.ts';
import { parseJsonStrictly } from '#machinery/codec/json.ts';
import type { ParsedJson } from '#machinery/codec/json-syntax.ts';
import { newBadRequest } from '#machinery/errors/status-error.ts';
import { isObject } from '#machinery/patch/patch-error.ts';
import type { RequestBody } from '../request.ts';
import type { FieldValidation } from './write-options.ts';

/** A patch as it was sent, and what a strict reader says of it. */
export interface PatchBody {
  readonly value: unknown;
  /** `duplicate field "spec.replicas"`, `json patch unknown field "[0].to"`. */
  readonly problems: readonly string[];
}

const OPERATION_FIELDS = new Set(['op', 'path', 'from', 'value']);

/** Reads a patch in JSON. Throws a 400 with upstream's words, which depend on the kind of patch and on how strict it is read. */
export function readPatchBody(body: RequestBody, type: PatchType, fieldValidation: FieldValidation): PatchBody {
  if (body.type === 'none') throw newBadRequest('patch body is empty');
  const isStrategic = type === 'application/strategic-merge-patch+json';
  const prefix = fieldValidation === 'Ignore' || isStrategic ? '' : 'error decoding patch: ';
  try {
    const { value, duplicates } = body.type === 'object' ? unparsed(body.object) : parseJsonStrictly(body.bytes);
    if (value === null) return nullBody(type);
    if (type === 'application/json-patch+json') return jsonPatchBody(value, duplicates);
    if (!isObject(value)) throw mismatch(value, 'map[string]interface {}');
    return { value, problems: [...duplicates].map(duplicateField) };
  } catch (error) {
    if (error instanceof DecodeError) throw newBadRequest(`${prefix}${error.message}`);
    throw error;
  }
}

/** Go reads null as a list or an object with nothing in it; only merge patches ask whether there was one. */
function nullBody(type: PatchType): PatchBody {
  if (type === 'application/merge-patch+json') throw newBadRequest('Invalid JSON Patch');
  return { value: type === 'application/json-patch+json' ? [] : {}, problems: [] };
}

const unparsed = (value: unknown): ParsedJson => ({ value, duplicates: new Set() });

function jsonPatchBody(value: unknown, duplicates: ReadonlySet<string>): PatchBody {
  if (!Array.isArray(value)) throw mismatch(value, '[]handlers.jsonPatchOp');
  const unknown: string[] = [];
  for (const [index, operation] of value.entries()) {
    if (operation === null) continue;
    if (!isObject(operation)) throw mismatch(operation, 'handlers.jsonPatchOp');
    for (const key of ['op', 'path', 'from'])
      if (operation[key] !== undefined && operation[key] !== null && typeof operation[key] !== 'string')
        throw new DecodeError(
          `json: cannot unmarshal ${goValueName(operation[key])} into Go struct field jsonPatchOp.${key} of type string`,
        );
    const others = Object.keys(operation).filter((key) => !OPERATION_FIELDS.has(key));
    append(
      unknown,
      others.map((key) => `unknown field "[${index}].${key}"`),
    );
  }
  const problems = [...[...duplicates].map(duplicateField), ...unknown];
  return { value, problems: problems.map((problem) => `json patch ${problem}`) };
}

const duplicateField = (path: string) => `duplicate field ${JSON.stringify(path)}`;

const mismatch = (value: unknown, goType: string) =>
  new DecodeError(`json: cannot unmarshal ${goValueName(value)} into Go value of type ${goType}`);
