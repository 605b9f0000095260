import { checkEach, checkText } from '#api/checks.ts';
import { append } from '#base/append.ts';
import {
  duplicate,
  type FieldError,
  FieldPath,
  invalid,
  notSupported,
  required,
} from '#machinery/errors/field-error.ts';
import { parseIp } from '#machinery/names/ip.ts';
import { isValidIpForLegacyField } from '#machinery/names/ip-checks.ts';
import type { Service, ServiceSpec } from './service.ts';
import { familyOf, isHeadless } from './service-access.ts';

const SPEC = new FieldPath('spec');
const ADDRESSES = SPEC.child('clusterIPs');
const FAMILIES = SPEC.child('ipFamilies');
const POLICY = SPEC.child('ipFamilyPolicy');
const KNOWN_FAMILIES = ['IPv4', 'IPv6'];
const POLICIES = ['PreferDualStack', 'RequireDualStack', 'SingleStack'];
const FIXED = 'may not change once set';

/** The rules of a service's addresses, their families, and the one address that is also the first. */
export function validateServiceAddresses(spec: ServiceSpec): FieldError[] {
  const { ipFamilyPolicy, clusterIPs = [] } = spec;
  const errors = [...syncErrors(spec), ...familyErrors(spec)];
  if (ipFamilyPolicy !== undefined && !POLICIES.includes(ipFamilyPolicy))
    errors.push(notSupported(POLICY, ipFamilyPolicy, POLICIES));
  const wrong = checkEach(clusterIPs, ADDRESSES, (address, at) => {
    if (address !== 'None' || at.toString() !== ADDRESSES.index(0).toString())
      return checkText(at, address, (text) => isValidIpForLegacyField(text));
    return clusterIPs.length > 1 ? [invalid(ADDRESSES, clusterIPs, "'None' must be the first and only value")] : [];
  });
  append(errors, wrong);
  if (clusterIPs.length > 2) errors.push(invalid(ADDRESSES, clusterIPs, 'may only hold up to 2 values'));
  // What is no address has no family.
  if (wrong.length > 0) return errors;
  const families = new Set(clusterIPs.map(familyOf));
  if (clusterIPs.length > 1 && families.size < clusterIPs.length)
    errors.push(invalid(ADDRESSES, clusterIPs, 'may specify no more than one IP for each IP family'));
  return [...errors, ...mismatches(spec)];
}

function syncErrors({ clusterIP, clusterIPs = [] }: ServiceSpec): FieldError[] {
  if (!clusterIP)
    return clusterIPs.length > 0
      ? [invalid(ADDRESSES, clusterIPs, 'must be empty when `clusterIP` is not specified')]
      : [];
  if (clusterIPs.length === 0) return [required(ADDRESSES)];
  return clusterIPs[0] === clusterIP ? [] : [invalid(ADDRESSES, clusterIPs, 'first value must match `clusterIP`')];
}

function familyErrors({ ipFamilies }: ServiceSpec): FieldError[] {
  const seen = new Set<string>();
  return checkEach(ipFamilies, FAMILIES, (family, at) => {
    const errors = KNOWN_FAMILIES.includes(family) ? [] : [notSupported(at, family, KNOWN_FAMILIES)];
    if (seen.has(family)) errors.push(duplicate(at, family));
    seen.add(family);
    return errors;
  });
}

const mismatches = (spec: ServiceSpec): FieldError[] =>
  isHeadless(spec)
    ? []
    : (spec.clusterIPs ?? []).flatMap((address, index) => {
        const family = spec.ipFamilies?.[index];
        if (!family || parseIp(address) === undefined || familyOf(address) === family) return [];
        const detail = `expected an ${family} value as indicated by \`ipFamilies[${index}]\``;
        return [invalid(ADDRESSES.index(index), address, detail)];
      });

/**
 * The rules of a change: the first address and its family stay, a second one comes and goes, and only headless services
 * and those that are mere names are free.
 */
export function validateServiceAddressUpdate({ spec = {} }: Service, old: Service): FieldError[] {
  const before = old.spec ?? {};
  if (spec.type === 'ExternalName' || before.type === 'ExternalName') return [];
  const [wasHeadless, isNow] = [isHeadless(before), isHeadless(spec)];
  if (wasHeadless && isNow) return [];
  return [...addressChanges(spec, before), ...(wasHeadless === isNow ? familyChanges(spec, before) : [])];
}

function addressChanges(spec: ServiceSpec, before: ServiceSpec): FieldError[] {
  const { clusterIPs: now = [] } = spec;
  const { clusterIPs: had = [] } = before;
  if (had.length === now.length)
    return had.flatMap((address, index) =>
      address === now[index] ? [] : [invalid(ADDRESSES.index(index), now, FIXED)],
    );
  const first = ADDRESSES.index(0);
  if (now.length === 0) return [invalid(first, now, 'primary clusterIP can not be unset')];
  const errors = had.length > 0 && now[0] !== had[0] ? [invalid(first, now, FIXED)] : [];
  if (had.length > now.length && now.length === 1) append(errors, releaseErrors(spec, 'clusterIP'));
  return errors;
}

function familyChanges(spec: ServiceSpec, before: ServiceSpec): FieldError[] {
  const { ipFamilies: now = [], clusterIPs = [] } = spec;
  const { ipFamilies: had = [] } = before;
  const first = FAMILIES.index(0);
  if (had.length === now.length)
    return had.flatMap((family, index) => (family === now[index] ? [] : [invalid(first, now, FIXED)]));
  const errors: FieldError[] = [];
  if (had.length > now.length && clusterIPs.length === 0)
    errors.push(invalid(first, now, 'primary ipFamily can not be unset'));
  if (had.length > 0 && now.length > 0 && now[0] !== had[0]) errors.push(invalid(first, clusterIPs, FIXED));
  if (had.length > now.length && now.length === 1) append(errors, releaseErrors(spec, 'ipFamily'));
  return errors;
}

const releaseErrors = ({ ipFamilyPolicy }: ServiceSpec, what: string): FieldError[] =>
  ipFamilyPolicy === 'SingleStack'
    ? []
    : [invalid(POLICY, ipFamilyPolicy, `must be set to 'SingleStack' when releasing the secondary ${what}`)];
