import { checkEach, checkText } from '#api/checks.ts';
import { type FieldError, FieldPath, invalid, required } from '#machinery/errors/field-error.ts';
import { parseCidr } from '#machinery/names/ip.ts';
import { isValidCidr } from '#machinery/names/ip-checks.ts';
import type { ServiceCIDR } from './service-cidr.ts';

const FIELD = new FieldPath('spec').child('cidrs');

export function validateServiceCidr({ spec }: ServiceCIDR): FieldError[] {
  const cidrs = spec?.cidrs ?? [];
  if (cidrs.length === 0) return [required(FIELD, 'at least one CIDR required')];
  if (cidrs.length > 2) return [invalid(FIELD, { CIDRs: cidrs }, 'may only hold up to 2 values')];
  const errors = checkEach(cidrs, FIELD, (cidr, at) => checkText(at, cidr, isValidCidr));
  if (cidrs.length < 2) return errors;
  const [first, second] = cidrs.map((cidr) => parseCidr(cidr)?.address.family);
  const detail = 'may specify no more than one IP for each IP family, i.e 192.168.0.0/24 and 2001:db8::/64';
  return first !== undefined && first === second ? [...errors, invalid(FIELD, cidrs, detail)] : errors;
}

/** A range of one family may get one of the other, which alone is looked at; nothing else changes. */
export function validateServiceCidrUpdate(cidr: ServiceCIDR, old: ServiceCIDR): FieldError[] {
  const [cidrs, before] = [cidr.spec?.cidrs ?? [], old.spec?.cidrs ?? []];
  const grows = before.length === 1 && cidrs.length === 2;
  if (cidrs.length !== before.length && !grows) return [invalid(FIELD, cidr.spec?.cidrs, 'field is immutable')];
  const changed = before.flatMap((range, position) =>
    cidrs[position] === range ? [] : [invalid(FIELD.index(position), cidrs[position], 'field is immutable')],
  );
  return grows ? [...changed, ...validateServiceCidr(cidr)] : changed;
}
