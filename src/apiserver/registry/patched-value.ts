import { type AnyResourceDefinition, apiVersionOf, type KubernetesObject } from '#api/resource-definition.ts';
import { append } from '#base/append.ts';
import { DecodeError } from '#machinery/codec/decode-error.ts';
import { diagnose } from '#machinery/codec/diagnose.ts';
import { stringifyJson } from '#machinery/codec/encode-json.ts';
import { decodeValue, strictDecodingMessage } from '#machinery/codec/json.ts';
import { restoreError } from '#machinery/codec/restore-error.ts';
import { FieldPath, invalid } from '#machinery/errors/field-error.ts';
import { newInvalid } from '#machinery/errors/status-error.ts';
import { sortedMembers } from '#machinery/objects/sorted-members.ts';
import { goText } from '#machinery/patch/directives.ts';
import type { Infer, MessageSchema, Mutable } from '#machinery/schema/schema.ts';
import { finishDecoded } from './decode-body.ts';
import { keepReset } from './keep-reset.ts';
import type { PatchBody } from './patch-body.ts';
import { anotherType } from './undecodable.ts';
import type { FieldValidation } from './write-options.ts';

/** A patch, and how what it makes is read. */
export interface PatchReading {
  readonly patch: PatchBody;
  readonly isStrategic: boolean;
  readonly fieldValidation: FieldValidation;
  /** Takes what is wrong and only warned of. */
  readonly warnings: string[];
}

/** The object that a patch made, defaulted. Throws a 422 about the patch where it is none. */
export function patchedObject(
  definition: AnyResourceDefinition,
  value: unknown,
  reading: PatchReading,
): Mutable<KubernetesObject> {
  const object = decodePatched(definition.schema, value, reading) as Mutable<KubernetesObject>;
  const { kind = definition.kind, apiVersion = apiVersionOf(definition) } = object;
  const another = reading.isStrategic ? undefined : anotherType({ kind, apiVersion }, definition);
  if (another !== undefined) throw unfit(value, another, reading);
  return keepReset(finishDecoded(definition, object), value);
}

/** The same for any schema, without defaults. */
export function decodePatched<S extends MessageSchema>(
  schema: S,
  value: unknown,
  reading: PatchReading,
): Mutable<Infer<S>> {
  const { object, problems } = read(schema, value, reading);
  const all = [...reading.patch.problems, ...problems];
  if (all.length === 0 || reading.fieldValidation === 'Ignore') return object;
  if (reading.fieldValidation === 'Strict') throw unfit(value, strictDecodingMessage(all), reading);
  // A patch that is tried again says so once.
  append(
    reading.warnings,
    all.filter((problem) => !reading.warnings.includes(problem)),
  );
  return object;
}

function read<S extends MessageSchema>(schema: S, value: unknown, reading: PatchReading) {
  try {
    const decoded = decodeValue(value, schema);
    if (decoded.problems.length === 0 || reading.isStrategic) return decoded;
    // Upstream reads the text of what the patch made, whose members are sorted.
    return { object: decoded.object, problems: diagnose(schema, sortedMembers(value)) };
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
    const message = reading.isStrategic ? restoreError(schema, value) : undefined;
    throw unfit(value, message ?? error.message, reading);
  }
}

/** Upstream shows what a patch made, and of a strategic one the patch itself. */
function unfit(value: unknown, message: string, { patch, isStrategic }: PatchReading) {
  const shown = isStrategic ? goText(patch.value) : stringifyJson(sortedMembers(value));
  return newInvalid({ group: '', kind: '' }, '', [invalid(new FieldPath('patch'), shown, message)]);
}
