import { checkEach } from '#api/checks.ts';
import { OwnerReference } from '#api/meta/v1/object-meta.ts';
import { table } from '#base/table.ts';
import { DecodeError } from '#machinery/codec/decode-error.ts';
import { goValueName } from '#machinery/codec/go-type.ts';
import { decodeJson, decodeValue } from '#machinery/codec/json.ts';
import { parseJsonValue } from '#machinery/codec/json-syntax.ts';
import { type FieldError, FieldPath, invalid, required } from '#machinery/errors/field-error.ts';
import { list, message, opt, ptr, req, string, time } from '#machinery/schema/schema.ts';
import type { Taint } from './affinity.ts';
import type { Node } from './node.ts';
import { validateTaints } from './node-validation.ts';

const TAINTS = 'scheduler.alpha.kubernetes.io/taints';
const AVOIDED_PODS = 'scheduler.alpha.kubernetes.io/preferAvoidPods';
const FIELD = new FieldPath('metadata').child('annotations');

const PodSignature = message('io.k8s.api.core.v1.PodSignature', { podController: ptr(1, OwnerReference) });

const PreferAvoidPodsEntry = message('io.k8s.api.core.v1.PreferAvoidPodsEntry', {
  podSignature: req(1, PodSignature),
  evictionTime: opt(2, time),
  reason: opt(3, string),
  message: opt(4, string),
});

const AvoidPods = message('io.k8s.api.core.v1.AvoidPods', {
  preferAvoidPods: opt(1, list(PreferAvoidPodsEntry)),
});

/** As upstream reads them here: by its own names, in upper or lower case. */
const NamedTaint = message('core.Taint', {
  Key: opt(1, string),
  Value: opt(2, string),
  Effect: opt(3, string),
  TimeAdded: ptr(4, time),
});
const MEMBERS = table<string>({ key: 'Key', value: 'Value', effect: 'Effect', timeadded: 'TimeAdded' });

/** Annotations that once said what the spec says today: nobody reads them, but they must still be well formed. */
export function validateNodeAnnotations({ metadata }: Node): FieldError[] {
  const { [TAINTS]: taints = '', [AVOIDED_PODS]: avoided = '' } = metadata?.annotations ?? {};
  return [
    ...(taints === '' ? [] : validateTaintsText(taints)),
    ...(avoided === '' ? [] : validateAvoidedPods(avoided)),
  ];
}

function validateTaintsText(text: string): FieldError[] {
  const read = orFault(() => readTaints(parseJsonValue(text)));
  if ('fault' in read) return [invalid(FIELD, TAINTS, read.fault)];
  return validateTaints(read.value, FIELD.child(TAINTS));
}

function readTaints(value: unknown): Taint[] {
  if (value === null) return [];
  if (!Array.isArray(value))
    throw new DecodeError(`json: cannot unmarshal ${goValueName(value)} into Go value of type []core.Taint`);
  return value.map((item) => {
    const { Key: key = '', Value: text, Effect: effect = '', TimeAdded: timeAdded } = readTaint(item);
    return { key, ...(text && { value: text }), effect, ...(timeAdded && { timeAdded }) } as Taint;
  });
}

function readTaint(item: unknown) {
  const isObject = typeof item === 'object' && item !== null && !Array.isArray(item);
  const named = isObject
    ? Object.fromEntries(Object.entries(item).map(([name, value]) => [MEMBERS[name.toLowerCase()] ?? name, value]))
    : item;
  return decodeValue(named, NamedTaint).object;
}

function validateAvoidedPods(text: string): FieldError[] {
  const read = orFault(() => decodeJson(text, AvoidPods).object.preferAvoidPods);
  if ('fault' in read) return [invalid(FIELD.child('AvoidPods'), AVOIDED_PODS, read.fault)];
  return checkEach(read.value, FIELD.child(AVOIDED_PODS), ({ podSignature: { podController } }, at) => {
    const signature = at.child('PodSignature');
    if (podController === undefined) return [required(signature)];
    if (podController.controller) return [];
    return [invalid(signature.child('PodController', 'Controller'), false, 'must point to a controller')];
  });
}

/** What is read, or why it cannot be. */
function orFault<T>(read: () => T): { readonly value: T } | { readonly fault: string } {
  try {
    return { value: read() };
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
    return { fault: error.message };
  }
}
