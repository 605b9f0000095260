import { checkEach, checkText, nonNegative, requireOneOf } from '#api/checks.ts';
import { duplicate, type FieldError, FieldPath, forbidden, invalid } from '#machinery/errors/field-error.ts';
import { DNS_SUBDOMAIN_MAX_LENGTH } from '#machinery/names/dns.ts';
import { parseCidr } from '#machinery/names/ip.ts';
import { isValidCidrForLegacyField } from '#machinery/names/ip-checks.ts';
import { isQualifiedName, isValidLabelValue } from '#machinery/names/label.ts';
import { byteLength } from '#machinery/names/messages.ts';
import { deepEqual } from '#machinery/objects/deep-equal.ts';
import type { Taint } from './affinity.ts';
import type { Node } from './node.ts';
import { validateResourceAmount } from './resource-validation.ts';

const SPEC = new FieldPath('spec');
const EFFECTS = ['NoSchedule', 'PreferNoSchedule', 'NoExecute'];

export function validateNode({ spec, status }: Node): FieldError[] {
  return [
    // Upstream names this path, though taints stand in the spec.
    ...validateTaints(spec?.taints, new FieldPath('metadata').child('taints')),
    ...validateAmounts(status),
    // Another path that upstream names.
    ...nonNegative(new FieldPath('metadata').child('nodeSwapStatus', 'capacity'), status?.nodeInfo?.swap?.capacity),
    ...validateFeatures(status?.declaredFeatures ?? [], new FieldPath('status').child('declaredFeatures')),
    ...validateCidrs(spec?.podCIDRs, SPEC.child('podCIDRs')),
  ];
}

const validateAmounts = (status: Node['status']): FieldError[] =>
  (['capacity', 'allocatable'] as const).flatMap((list) =>
    Object.entries(status?.[list] ?? {}).flatMap(([name, text]) =>
      validateResourceAmount(name, text, new FieldPath('status').child(list, name)),
    ),
  );

const FEATURE = /^[A-Z][a-zA-Z0-9]*(\/[a-zA-Z][a-zA-Z0-9]*)*$/;

/** The features that a node says it has stand in order, each once. */
function validateFeatures(features: readonly string[], field: FieldPath): FieldError[] {
  return features.flatMap((feature, index) => {
    const at = field.index(index);
    const before = features[index - 1];
    const misplaced =
      before === feature
        ? [duplicate(at, feature)]
        : before !== undefined && before > feature
          ? [invalid(at, feature, 'list must be sorted alphabetically')]
          : [];
    return [...misplaced, ...checkText(at, feature, featureErrors)];
  });
}

function featureErrors(name: string): string[] {
  const wrong = `invalid feature name ${JSON.stringify(name)}: must`;
  if (byteLength(name) > DNS_SUBDOMAIN_MAX_LENGTH)
    return [`${wrong} be no more than ${DNS_SUBDOMAIN_MAX_LENGTH} characters`];
  return FEATURE.test(name)
    ? []
    : [
        `${wrong} start with an UpperCamelCase segment, with subsequent segments separated by '/' (e.g., MyFeature or MyFeature/mySubFeature), and contain only alphanumeric characters and slashes`,
      ];
}

/** A taint is known by its key and its effect. */
export function validateTaints(taints: readonly Taint[] | undefined, field: FieldPath): FieldError[] {
  const seen = new Set<string>();
  return checkEach(taints, field, (taint, at) => {
    const { key, value = '', effect } = taint;
    const errors = [
      ...checkText(at.child('key'), key, isQualifiedName),
      ...checkText(at.child('value'), value, isValidLabelValue),
      ...requireOneOf(at.child('effect'), effect, EFFECTS),
    ];
    const identity = `${key}:${effect}`;
    const shown = { Key: key, Value: value, Effect: effect, TimeAdded: taint.timeAdded ?? null };
    if (seen.has(identity)) {
      errors.push({
        ...duplicate(at, shown),
        message: `${duplicate(at, shown).message}: taints must be unique by key and effect pair`,
      });
    }
    seen.add(identity);
    return errors;
  });
}

const MAX_CIDRS = 2;

function validateCidrs(cidrs: readonly string[] | undefined, field: FieldPath): FieldError[] {
  const errors = checkEach(cidrs, field, (cidr, at) => checkText(at, cidr, (text) => isValidCidrForLegacyField(text)));
  const networks = (cidrs ?? []).map((cidr) => parseCidr(cidr));
  const families = new Set(networks.flatMap((network) => network?.address.family ?? []));
  const isValid = networks.length < 2 || (networks.length === MAX_CIDRS && families.size === MAX_CIDRS);
  if (!isValid) errors.push(invalid(field, cidrs, 'may specify no more than one CIDR for each IP family'));
  return errors;
}

/** What a node is in the network and at its provider is said once. */
export function validateNodeUpdate({ spec, status }: Node, old: Node): FieldError[] {
  const before = old.spec ?? {};
  const errors: FieldError[] = [];
  const seen = new Set<string>();
  for (const [index, { type, address }] of (status?.addresses ?? []).entries()) {
    const identity = `${type}/${address}`;
    const at = new FieldPath('status').child('addresses').index(index);
    if (seen.has(identity)) errors.push(duplicate(at, { Type: type, Address: address }));
    seen.add(identity);
  }
  if (before.podCIDRs?.length && !deepEqual(spec?.podCIDRs, before.podCIDRs))
    errors.push(forbidden(SPEC.child('podCIDRs'), 'node updates may not change podCIDR except from "" to valid'));
  if (before.providerID && spec?.providerID !== before.providerID)
    errors.push(forbidden(SPEC.child('providerID'), 'node updates may not change providerID except from "" to valid'));
  if ((spec?.externalID ?? '') !== (before.externalID ?? ''))
    errors.push(forbidden(SPEC.child('externalID'), 'may not be updated'));
  return errors;
}

/** The rules of what a node agent reports. */
export const validateNodeStatus = (node: Node, old: Node): FieldError[] => [
  ...validateAmounts(node.status),
  ...validateFeatures(node.status?.declaredFeatures ?? [], new FieldPath('status').child('declaredFeatures')),
  ...validateNodeUpdate(node, old),
];
