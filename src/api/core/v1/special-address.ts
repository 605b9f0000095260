import { type FieldError, type FieldPath, invalid } from '#machinery/errors/field-error.ts';
import { cidrContains, parseCidr, parseIp } from '#machinery/names/ip.ts';

/** Networks that no endpoint is in, with what is said of them. */
const SPECIAL = [
  ['127.0.0.0/8', 'may not be in the loopback range (127.0.0.0/8, ::1/128)'],
  ['::1/128', 'may not be in the loopback range (127.0.0.0/8, ::1/128)'],
  ['169.254.0.0/16', 'may not be in the link-local range (169.254.0.0/16, fe80::/10)'],
  ['fe80::/10', 'may not be in the link-local range (169.254.0.0/16, fe80::/10)'],
  ['224.0.0.0/24', 'may not be in the link-local multicast range (224.0.0.0/24, ff02::/10)'],
  ['ff02::/16', 'may not be in the link-local multicast range (224.0.0.0/24, ff02::/10)'],
].map(([network, detail]) => ({ network: parseCidr(network as string)!, detail: detail as string }));

/** An address of an endpoint may not mean another machine on every node, or none. */
export function validateNotSpecial(text: string, field: FieldPath): FieldError[] {
  const address = parseIp(text);
  if (address === undefined) return [];
  if (address.value === 0n) return [invalid(field, text, `may not be unspecified (${text})`)];
  return SPECIAL.filter(({ network }) => cidrContains(network, address)).map(({ detail }) =>
    invalid(field, text, detail),
  );
}
