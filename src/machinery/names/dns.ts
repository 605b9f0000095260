import { byteLength, maxLengthBytesError, maxLengthCharactersError, regexError } from './messages.ts';

const LABEL = '[a-z0-9]([-a-z0-9]*[a-z0-9])?';
const SUBDOMAIN = `${LABEL}(\\.${LABEL})*`;
const LABEL_1035 = '[a-z]([-a-z0-9]*[a-z0-9])?';
const UNDERSCORE_LABEL = '_?[a-z0-9]([-_a-z0-9]*[a-z0-9])?';
const UNDERSCORE_SUBDOMAIN = `${UNDERSCORE_LABEL}(\\.${UNDERSCORE_LABEL})*`;
const WILDCARD_SUBDOMAIN = `\\*\\.${SUBDOMAIN}`;

const labelPattern = new RegExp(`^${LABEL}$`);
const label1035Pattern = new RegExp(`^${LABEL_1035}$`);
const subdomainPattern = new RegExp(`^${SUBDOMAIN}$`);
const underscoreSubdomainPattern = new RegExp(`^${UNDERSCORE_SUBDOMAIN}$`);
const wildcardSubdomainPattern = new RegExp(`^${WILDCARD_SUBDOMAIN}$`);

export const DNS_LABEL_MAX_LENGTH = 63;
export const DNS_SUBDOMAIN_MAX_LENGTH = 253;

const SUBDOMAIN_MESSAGE =
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character";

/** Reasons why a text is not a lowercase RFC 1123 label; empty when it is. */
export function isDNS1123Label(value: string): string[] {
  const errors: string[] = [];
  if (byteLength(value) > DNS_LABEL_MAX_LENGTH) errors.push(maxLengthCharactersError(DNS_LABEL_MAX_LENGTH));
  if (labelPattern.test(value)) return errors;
  errors.push(
    subdomainPattern.test(value)
      ? 'must not contain dots'
      : regexError(
          "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character",
          LABEL,
          'my-name',
          '123-abc',
        ),
  );
  return errors;
}

/** Reasons why a text is not a lowercase RFC 1123 subdomain: the rule for most object names. */
export const isDNS1123Subdomain = (value: string): string[] =>
  subdomainErrors(value, maxLengthCharactersError(DNS_SUBDOMAIN_MAX_LENGTH));

/** The same for the prefix of a label key, where upstream words the length differently. */
export const isLabelKeyPrefix = (value: string): string[] =>
  subdomainErrors(value, maxLengthBytesError(DNS_SUBDOMAIN_MAX_LENGTH));

function subdomainErrors(value: string, lengthError: string): string[] {
  const errors = byteLength(value) > DNS_SUBDOMAIN_MAX_LENGTH ? [lengthError] : [];
  if (!subdomainPattern.test(value)) errors.push(regexError(SUBDOMAIN_MESSAGE, SUBDOMAIN, 'example.com'));
  return errors;
}

/** As `isDNS1123Subdomain` with underscores, for searches of a Pod's dnsConfig. */
export function isDNS1123SubdomainWithUnderscore(value: string): string[] {
  const errors =
    byteLength(value) > DNS_SUBDOMAIN_MAX_LENGTH ? [maxLengthCharactersError(DNS_SUBDOMAIN_MAX_LENGTH)] : [];
  if (!underscoreSubdomainPattern.test(value))
    errors.push(
      regexError(
        "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '_', '-' or '.', and must start and end with an alphanumeric character",
        UNDERSCORE_SUBDOMAIN,
        'example.com',
      ),
    );
  return errors;
}

/** `*.` and a subdomain: hosts of an Ingress. */
export function isWildcardDNS1123Subdomain(value: string): string[] {
  const errors =
    byteLength(value) > DNS_SUBDOMAIN_MAX_LENGTH ? [maxLengthCharactersError(DNS_SUBDOMAIN_MAX_LENGTH)] : [];
  if (!wildcardSubdomainPattern.test(value))
    errors.push(
      regexError(
        "a wildcard DNS-1123 subdomain must start with '*.', followed by a valid DNS subdomain, which must consist of lower case alphanumeric characters, '-' or '.' and end with an alphanumeric character",
        WILDCARD_SUBDOMAIN,
        '*.example.com',
      ),
    );
  return errors;
}

/** A label that starts with a letter: the rule for names of Services. */
export function isDNS1035Label(value: string): string[] {
  const errors = byteLength(value) > DNS_LABEL_MAX_LENGTH ? [maxLengthCharactersError(DNS_LABEL_MAX_LENGTH)] : [];
  if (!label1035Pattern.test(value))
    errors.push(
      regexError(
        "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character",
        LABEL_1035,
        'my-name',
        'abc-123',
      ),
    );
  return errors;
}

/** Domains of at least three segments: names of signers and finalizers. */
export function isFullyQualifiedName(value: string): string[] {
  const errors = isDNS1123Subdomain(value);
  if (errors.length > 0) return [errors.join(',')];
  return value.split('.').length < 3 ? ['should be a domain with at least three segments separated by dots'] : [];
}
