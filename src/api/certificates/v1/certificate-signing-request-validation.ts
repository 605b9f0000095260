import { checkEach, firstPlaces, optionalOneOf, requireOneOf } from '#api/checks.ts';
import { append } from '#base/append.ts';
import { difference } from '#machinery/errors/difference.ts';
import {
  duplicate,
  type FieldError,
  FieldPath,
  forbidden,
  invalid,
  required,
  tooLong,
} from '#machinery/errors/field-error.ts';
import { DNS_SUBDOMAIN_MAX_LENGTH, isDNS1123Label, isDNS1123Subdomain } from '#machinery/names/dns.ts';
import { decodeBase64 } from '#machinery/objects/base64.ts';
import { deepEqual } from '#machinery/objects/deep-equal.ts';
import { certificatePemError } from './certificate-pem.ts';
import { certificateRequestDer } from './certificate-request-der.ts';
import type {
  CertificateSigningRequest,
  CertificateSigningRequestCondition as Condition,
} from './certificate-signing-request.ts';

const SPEC = new FieldPath('spec');
const CONDITIONS = new FieldPath('status').child('conditions');
const CERTIFICATE = new FieldPath('status').child('certificate');
const SHORTEST_SECONDS = 600;
const LEGACY_SIGNER = 'kubernetes.io/legacy-unknown';

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

const SHORTEST = `may not specify a duration less than ${SHORTEST_SECONDS} seconds (10 minutes)`;

/** `old` is what an update replaces: what was wrong with it already is let be. */
export function validateCertificateSigningRequest(
  { spec, status }: CertificateSigningRequest,
  old?: CertificateSigningRequest,
): FieldError[] {
  const signer = SPEC.child('signerName');
  const { expirationSeconds = SHORTEST_SECONDS } = spec;
  const mayBeLegacy = old?.spec.signerName === LEGACY_SIGNER;
  return [
    ...validateRequest(spec.request, SPEC.child('request')),
    ...validateUsages(spec.usages ?? [], old?.spec.usages),
    ...(spec.signerName === LEGACY_SIGNER && !mayBeLegacy
      ? [invalid(signer, spec.signerName, 'the legacy signerName is not allowed via this API version')]
      : validateSignerName(spec.signerName, signer)),
    ...(expirationSeconds < SHORTEST_SECONDS
      ? [invalid(SPEC.child('expirationSeconds'), expirationSeconds, SHORTEST)]
      : []),
    ...validateConditions(status?.conditions ?? [], old?.status?.conditions ?? []),
    ...validateCertificate(status?.certificate, old),
  ];
}

function validateCertificate(
  certificate: string | undefined,
  old: CertificateSigningRequest | undefined,
): FieldError[] {
  const before = old?.status?.certificate;
  const isKept = old !== undefined && (certificate ?? '') === (before ?? '');
  const problem =
    isKept || certificatePemError(textOf(before)) !== undefined ? undefined : certificatePemError(textOf(certificate));
  return problem === undefined ? [] : [invalid(CERTIFICATE, '<certificate data>', problem)];
}

/** Only that there is a request; whoever signs it reads it. */
function validateRequest(request: string, field: FieldPath): FieldError[] {
  if (certificateRequestDer(request)) return [];
  return [invalid(field, request === '' ? null : request, 'PEM block type must be CERTIFICATE REQUEST')];
}

const textOf = (base64: string | undefined): string => new TextDecoder('latin1').decode(decodeBase64(base64 ?? ''));

function validateUsages(usages: readonly string[], before: readonly string[] | undefined): FieldError[] {
  const field = SPEC.child('usages');
  const errors: FieldError[] = usages.length === 0 ? [required(field)] : [];
  if (before === undefined || before.every((usage) => USAGES.includes(usage))) {
    append(
      errors,
      checkEach(usages, field, (usage, at) => optionalOneOf(at, usage, USAGES)),
    );
  }
  if (before === undefined || new Set(before).size === before.length) {
    const first = firstPlaces(usages);
    const repeated = (usage: string, position: number) => (first.get(usage) ?? position) < position;
    usages.forEach((usage, position) => {
      if (repeated(usage, position)) errors.push(duplicate(field.index(position), usage));
    });
  }
  return errors;
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

const isUnique = (types: readonly string[]): boolean => new Set(types).size === types.length;

/** Nobody both approves and denies, and both are said with certainty. */
function validateConditions(conditions: readonly Condition[], old: readonly Condition[]): FieldError[] {
  const before = old.map(({ type }) => type);
  const wasUndecided = !(before.includes('Approved') && before.includes('Denied'));
  const types = conditions.map(({ type }) => type);
  return checkEach(conditions, CONDITIONS, ({ type, status }, at) => {
    const position = Number(/\[(\d+)\]$/.exec(String(at))![1]);
    const earlier = types.slice(0, position);
    const errors: FieldError[] = type || before.includes('') ? [] : [required(at.child('type'))];
    const allowed = ['Approved', 'Denied', 'Failed'].includes(type) ? ['True'] : ['False', 'True', 'Unknown'];
    append(errors, requireOneOf(at.child('status'), status, allowed));
    const opposite = type === 'Approved' ? 'Denied' : type === 'Denied' ? 'Approved' : undefined;
    if (wasUndecided && opposite !== undefined && earlier.includes(opposite)) {
      errors.push(invalid(CONDITIONS, type, 'Approved and Denied conditions are mutually exclusive'));
    }
    if (isUnique(before) && earlier.includes(type)) errors.push(duplicate(at.child('type'), type));
    return errors;
  });
}

/** What a write may change besides labels and annotations: who approves decides, who signs answers. */
type Right = 'decide' | 'answer' | 'nothing';

const update =
  (right: Right) =>
  (request: CertificateSigningRequest, old: CertificateSigningRequest): FieldError[] => [
    ...validateCertificateSigningRequest(request, old),
    ...conditionErrors(request, old, right),
    ...certificateErrors(request.status?.certificate ?? '', old.status?.certificate ?? '', right),
  ];

export const validateCertificateSigningRequestUpdate = update('nothing');
/** An approval that was given stays. */
export const validateApprovalUpdate = update('decide');
/** A signer adds the certificate, once. */
export const validateSigningUpdate = update('answer');

function certificateErrors(certificate: string, before: string, right: Right): FieldError[] {
  if (certificate === before) return [];
  if (right !== 'answer') return [forbidden(CERTIFICATE, 'updates may not set certificate content')];
  return before === '' ? [] : [forbidden(CERTIFICATE, 'updates may not modify existing certificate content')];
}

function conditionErrors(
  { status }: CertificateSigningRequest,
  old: CertificateSigningRequest,
  right: Right,
): FieldError[] {
  const of = (conditions: readonly Condition[] | undefined, type: string) =>
    (conditions ?? []).filter((condition) => condition.type === type);
  const changes = (types: readonly string[], told: readonly string[]) =>
    types.flatMap((type) => {
      const [before, now] = [of(old.status?.conditions, type), of(status?.conditions, type)];
      const change = now.length < before.length ? 'remove' : now.length > before.length ? 'add' : 'modify';
      if (!told.includes(change) || deepEqual(before, now)) return [];
      const text = change === 'modify' ? `\n${difference(before.map(formOf), now.map(formOf))}` : '';
      return [forbidden(CONDITIONS, `updates may not ${change} a condition of type "${type}"${text}`)];
    });
  const removed = changes(['Approved', 'Denied', 'Failed'], ['remove']);
  return right === 'decide' ? removed : [...removed, ...changes(['Approved', 'Denied'], ['add', 'modify'])];
}

/** A condition as upstream shows it. */
const formOf = ({ type, status, reason, message, lastUpdateTime, lastTransitionTime }: Condition) => ({
  Type: type,
  Status: status ?? '',
  Reason: reason ?? '',
  Message: message ?? '',
  LastUpdateTime: lastUpdateTime ?? null,
  LastTransitionTime: lastTransitionTime ?? null,
});
