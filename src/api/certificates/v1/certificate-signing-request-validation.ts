import { checkEach } from '#api/checks.ts';
import {
  duplicate,
  type FieldError,
  FieldPath,
  forbidden,
  invalid,
  notSupported,
  required,
  tooLong,
} from '#machinery/errors/field-error.ts';
import { DNS_SUBDOMAIN_MAX_LENGTH, isDNS1123Label, isDNS1123Subdomain } from '#machinery/names/dns.ts';
import { decodeBase64 } from '#machinery/objects/base64.ts';
import { deepEqual } from '#machinery/objects/deep-equal.ts';
import { certificatePemError } from './certificate-pem.ts';
import type { CertificateSigningRequest, CertificateSigningRequestCondition } from './certificate-signing-request.ts';

const SPEC = new FieldPath('spec');
const CONDITIONS = new FieldPath('status').child('conditions');
const SHORTEST_SECONDS = 600;
const PEM_HEADER = '-----BEGIN CERTIFICATE REQUEST-----';

const USAGES = [
  'any',
  'cert sign',
  'client auth',
  'code signing',
  'content commitment',
  'crl sign',
  'data encipherment',
  'decipher only',
  'digital signature',
  'email protection',
  'encipher only',
  'ipsec end system',
  'ipsec tunnel',
  'ipsec user',
  'key agreement',
  'key encipherment',
  'microsoft sgc',
  'netscape sgc',
  'ocsp signing',
  's/mime',
  'server auth',
  'signing',
  'timestamping',
];

export const validateCertificateSigningRequest = ({ spec, status }: CertificateSigningRequest): FieldError[] => [
  ...validateRequest(spec.request, SPEC.child('request')),
  ...validateUsages(spec.usages ?? []),
  ...(spec.signerName === 'kubernetes.io/legacy-unknown'
    ? [invalid(SPEC.child('signerName'), spec.signerName, 'the legacy signerName is not allowed via this API version')]
    : validateSignerName(spec.signerName, SPEC.child('signerName'))),
  ...(spec.expirationSeconds !== undefined && spec.expirationSeconds < SHORTEST_SECONDS
    ? [
        invalid(
          SPEC.child('expirationSeconds'),
          spec.expirationSeconds,
          'may not specify a duration less than 600 seconds (10 minutes)',
        ),
      ]
    : []),
  ...validateConditions(status?.conditions ?? []),
];

/** Only that there is a request; whoever signs it reads it. */
function validateRequest(request: string, field: FieldPath): FieldError[] {
  return textOf(request).includes(PEM_HEADER)
    ? []
    : [invalid(field, request, 'PEM block type must be CERTIFICATE REQUEST')];
}

const textOf = (base64: string): string => new TextDecoder('latin1').decode(decodeBase64(base64));

function validateUsages(usages: readonly string[]): FieldError[] {
  const field = SPEC.child('usages');
  if (usages.length === 0) return [required(field)];
  const seen = new Set<string>();
  return checkEach(usages, field, (usage, at) => {
    if (!USAGES.includes(usage)) return [notSupported(at, usage, USAGES)];
    if (seen.has(usage)) return [duplicate(at, usage)];
    seen.add(usage);
    return [];
  });
}

/** `example.com/signer-name`. */
export function validateSignerName(name: string, field: FieldPath): FieldError[] {
  if (!name) return [required(field)];
  const [domain = '', path, ...more] = name.split('/');
  if (path === undefined || more.length > 0) {
    return [invalid(field, name, "must be a fully qualified domain and path of the form 'example.com/signer-name'")];
  }
  const labels = domain.split('.');
  const errors: FieldError[] = [];
  if (domain.length > DNS_SUBDOMAIN_MAX_LENGTH) errors.push(tooLong(field, DNS_SUBDOMAIN_MAX_LENGTH));
  for (const label of labels) {
    for (const detail of isDNS1123Label(label)) {
      errors.push(invalid(field, domain, `validating label ${JSON.stringify(label)}: ${detail}`));
    }
  }
  if (labels.length < 2) {
    errors.push(invalid(field, domain, 'should be a domain with at least two segments separated by dots'));
  }
  for (const label of path.split('.')) {
    for (const detail of isDNS1123Subdomain(label)) {
      errors.push(invalid(field, path, `validating label ${JSON.stringify(label)}: ${detail}`));
    }
  }
  return errors;
}

/** Nobody both approves and denies, and both are said with certainty. */
function validateConditions(conditions: readonly CertificateSigningRequestCondition[]): FieldError[] {
  const errors = checkEach(conditions, CONDITIONS, ({ type, status }, at) => {
    if (!type) return [required(at.child('type'))];
    if (!status) return [required(at.child('status'))];
    const isFinal = ['Approved', 'Denied', 'Failed'].includes(type);
    if (isFinal && status !== 'True') return [notSupported(at.child('status'), status, ['True'])];
    return ['True', 'False', 'Unknown'].includes(status)
      ? []
      : [notSupported(at.child('status'), status, ['False', 'True', 'Unknown'])];
  });
  const types = conditions.map(({ type }) => type);
  types.forEach((type, index) => {
    if (types.indexOf(type) < index) errors.push(duplicate(CONDITIONS.index(index).child('type'), type));
  });
  if (types.includes('Approved') && types.includes('Denied')) {
    const field = CONDITIONS.index(types.lastIndexOf('Denied')).child('type');
    errors.push(invalid(field, 'Denied', 'Approved and Denied conditions are mutually exclusive'));
  }
  return errors;
}

/** An approval that was given stays. */
export function validateApprovalUpdate(
  request: CertificateSigningRequest,
  old: CertificateSigningRequest,
): FieldError[] {
  return [...validateConditions(request.status?.conditions ?? []), ...removedConditions(request, old)];
}

/** A signer adds the certificate, once. */
export function validateSigningUpdate(
  request: CertificateSigningRequest,
  old: CertificateSigningRequest,
): FieldError[] {
  const errors = validateApprovalUpdate(request, old);
  const [certificate = '', before = ''] = [request.status?.certificate, old.status?.certificate];
  const field = new FieldPath('status').child('certificate');
  const wrong = certificate === before ? undefined : certificatePemError(textOf(certificate));
  if (wrong !== undefined) errors.push(invalid(field, certificate, wrong));
  if (before !== '' && certificate !== before) {
    errors.push(forbidden(field, 'updates may not change existing certificate content'));
  }
  return errors;
}

function removedConditions(request: CertificateSigningRequest, old: CertificateSigningRequest): FieldError[] {
  const kept = request.status?.conditions ?? [];
  return ['Approved', 'Denied', 'Failed'].flatMap((type) => {
    const of = (conditions: readonly CertificateSigningRequestCondition[]) =>
      conditions.filter((condition) => condition.type === type);
    const [before, now] = [of(old.status?.conditions ?? []), of(kept)];
    if (before.length === 0 || deepEqual(before, now)) return [];
    const action = now.length < before.length ? 'remove' : 'modify';
    return [forbidden(CONDITIONS, `updates may not ${action} a condition of type ${JSON.stringify(type)}`)];
  });
}
