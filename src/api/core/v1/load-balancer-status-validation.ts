import { checkEach, checkText } from '#api/checks.ts';
import { append } from '#base/append.ts';
import {
  type FieldError,
  FieldPath,
  forbidden,
  invalid,
  notSupported,
  required,
} from '#machinery/errors/field-error.ts';
import { isDNS1123Subdomain } from '#machinery/names/dns.ts';
import { parseIp } from '#machinery/names/ip.ts';
import { ipWarnings, isValidIpForLegacyField } from '#machinery/names/ip-checks.ts';
import type { Service } from './service.ts';

const INGRESS = new FieldPath('status').child('loadBalancer', 'ingress');
const IP_MODES = ['Proxy', 'VIP'];

interface Point {
  readonly ip?: string | undefined;
  readonly hostname?: string | undefined;
}

interface Status {
  readonly loadBalancer?: { readonly ingress?: readonly Point[] | undefined } | undefined;
}

/** The points at which a load balancer is reached: addresses that are such and names that are not. */
export const validateLoadBalancerPoints = <T extends Point>(
  points: readonly T[] | undefined,
  before: readonly T[] | undefined,
  validateMore: (point: T, field: FieldPath) => FieldError[] = () => [],
): FieldError[] =>
  checkEach(points, INGRESS, (point, at) => {
    const { ip, hostname } = point;
    const isKept = before?.some((each) => each.ip === ip);
    const errors =
      ip && !isKept ? checkText(at.child('ip'), ip, (text) => isValidIpForLegacyField(text)) : ([] as FieldError[]);
    append(errors, validateMore(point, at));
    if (!hostname) return errors;
    append(errors, checkText(at.child('hostname'), hostname, isDNS1123Subdomain));
    if (parseIp(hostname))
      errors.push(invalid(at.child('hostname'), hostname, 'must be a DNS name, not an IP address'));
    return errors;
  });

/** What is odd about those points. */
export const loadBalancerWarnings = ({ status }: { readonly status?: Status | undefined }): string[] =>
  (status?.loadBalancer?.ingress ?? []).flatMap(({ ip }, position) =>
    ip ? ipWarnings(`status.loadBalancer.ingress[${position}]`, ip) : [],
  );

/** Only a load balancer has them. */
export function validateServiceStatus({ spec, status }: Service, old: Service): FieldError[] {
  const points = status?.loadBalancer?.ingress;
  if (spec?.type !== 'LoadBalancer' && points?.length)
    return [forbidden(INGRESS, "may only be used when `spec.type` is 'LoadBalancer'")];
  return validateLoadBalancerPoints(points, old.status?.loadBalancer?.ingress, ({ ip, ipMode }, at) => {
    const field = at.child('ipMode');
    if (ipMode === undefined) return ip ? [required(field, 'must be specified when `ip` is set')] : [];
    if (!ip) return [forbidden(field, 'may not be specified when `ip` is not set')];
    return IP_MODES.includes(ipMode) ? [] : [notSupported(field, ipMode, IP_MODES)];
  });
}
