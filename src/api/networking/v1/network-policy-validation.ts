import { checkEach, checkNumber, checkPort, checkText, optionalOneOf } from '#api/checks.ts';
import { validateLabelSelector } from '#api/meta/v1/label-selector-validation.ts';
import { append } from '#base/append.ts';
import {
  type FieldError,
  FieldPath,
  forbidden,
  invalid,
  notSupported,
  required,
} from '#machinery/errors/field-error.ts';
import { cidrContains, parseCidr } from '#machinery/names/ip.ts';
import { isValidCidrForLegacyField } from '#machinery/names/ip-checks.ts';
import { isValidPortNumber } from '#machinery/names/port.ts';
import type { IPBlock, NetworkPolicy, NetworkPolicyPeer, NetworkPolicyPort } from './network-policy.ts';

const SPEC = new FieldPath('spec');

export const validateNetworkPolicyCreate = (policy: NetworkPolicy): FieldError[] => validateNetworkPolicy(policy, NONE);

/** Networks that were there before may be anywhere now, however they are written: less was asked of them once. */
export function validateNetworkPolicyUpdate(policy: NetworkPolicy, { spec = {} }: NetworkPolicy): FieldError[] {
  const peers = [...(spec.ingress ?? []).map(({ from }) => from), ...(spec.egress ?? []).map(({ to }) => to)];
  const before = peers
    .flat()
    .flatMap((peer) => (peer?.ipBlock ? [peer.ipBlock.cidr, ...(peer.ipBlock.except ?? [])] : []));
  return validateNetworkPolicy(policy, new Set(before));
}

const NONE: ReadonlySet<string> = new Set();

/** `known` are networks that are not looked at. */
function validateNetworkPolicy({ spec = {} }: NetworkPolicy, known: ReadonlySet<string>): FieldError[] {
  const checkPeer = (peer: NetworkPolicyPeer, field: FieldPath) => validatePeer(peer, field, known);
  const types = spec.policyTypes ?? [];
  const at = SPEC.child('policyTypes');
  return [
    ...validateLabelSelector(spec.podSelector, SPEC.child('podSelector')),
    ...checkEach(spec.ingress, SPEC.child('ingress'), ({ ports, from }, rule) => [
      ...checkEach(ports, rule.child('ports'), validatePort),
      ...checkEach(from, rule.child('from'), checkPeer),
    ]),
    ...checkEach(spec.egress, SPEC.child('egress'), ({ ports, to }, rule) => [
      ...checkEach(ports, rule.child('ports'), validatePort),
      ...checkEach(to, rule.child('to'), checkPeer),
    ]),
    ...(types.length > 2
      ? [invalid(at, types, 'may not specify more than two policyTypes')]
      : checkEach(types, at, (type, place) =>
          type === 'Ingress' || type === 'Egress' ? [] : [notSupported(place, type, ['Ingress', 'Egress'])],
        )),
  ];
}

function validatePort({ protocol, port, endPort }: NetworkPolicyPort, field: FieldPath): FieldError[] {
  const errors = optionalOneOf(field.child('protocol'), protocol, ['TCP', 'UDP', 'SCTP']);
  const at = field.child('endPort');
  if (port === undefined) {
    if (endPort !== undefined) errors.push(invalid(at, endPort, 'may not be specified when `port` is not specified'));
    return errors;
  }
  if (typeof port === 'string' && endPort !== undefined) {
    errors.push(invalid(at, endPort, 'may not be specified when `port` is non-numeric'));
  }
  append(errors, checkPort(field.child('port'), port));
  if (typeof port === 'string' || endPort === undefined) return errors;
  if (endPort < port) errors.push(invalid(at, port, 'must be greater than or equal to `port`'));
  return [...errors, ...checkNumber(at, endPort, isValidPortNumber)];
}

function validatePeer(
  { podSelector, namespaceSelector, ipBlock }: NetworkPolicyPeer,
  field: FieldPath,
  known: ReadonlySet<string>,
): FieldError[] {
  const selectors = [podSelector, namespaceSelector].filter((selector) => selector !== undefined).length;
  const errors = [
    ...validateLabelSelector(podSelector, field.child('podSelector')),
    ...validateLabelSelector(namespaceSelector, field.child('namespaceSelector')),
    ...(ipBlock === undefined ? [] : validateBlock(ipBlock, field.child('ipBlock'), known)),
  ];
  if (selectors === 0 && ipBlock === undefined) errors.push(required(field, 'must specify a peer'));
  if (selectors > 0 && ipBlock !== undefined) {
    errors.push(forbidden(field, 'may not specify both ipBlock and another peer'));
  }
  return errors;
}

function validateBlock({ cidr, except }: IPBlock, field: FieldPath, known: ReadonlySet<string>): FieldError[] {
  const check = (text: string) => (known.has(text) ? [] : isValidCidrForLegacyField(text));
  if (!cidr) return [required(field.child('cidr'))];
  const errors = checkText(field.child('cidr'), cidr, check);
  const whole = parseCidr(cidr);
  if (whole === undefined) return errors;
  const exceptions = checkEach(except, field.child('except'), (text, at) => {
    const problems = checkText(at, text, check);
    const part = parseCidr(text);
    if (part === undefined) return problems;
    const isPart = cidrContains(whole, part.address) && part.prefixLength > whole.prefixLength;
    return isPart ? problems : [...problems, invalid(at, text, 'must be a strict subset of `cidr`')];
  });
  return [...errors, ...exceptions];
}
