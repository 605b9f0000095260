import { checkText } from '#api/checks.ts';
import { append } from '#base/append.ts';
import { type FieldError, type FieldPath, invalid } from '#machinery/errors/field-error.ts';
import { isDNS1123Subdomain } from '#machinery/names/dns.ts';
import { byteLength } from '#machinery/names/messages.ts';
import { placedContainers } from './placed-containers.ts';
import type { PodSpec } from './pod-spec.ts';
import type { WindowsSecurityContextOptions } from './security-context.ts';

const LONGEST_SPEC_KIB = 64;
const LONGEST_DOMAIN = 256;
const LONGEST_USER = 104;

/** What a domain of NetBios may be called. */
const NET_BIOS = /^[^\\/:*?"<>|.][^\\/:*?"<>|]{0,14}$/;
const DNS_LABEL = '[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?';
const DNS_DOMAIN = new RegExp(`^${DNS_LABEL}(?:\\.${DNS_LABEL})*$`);

/** The rules of what only Windows knows, of a pod or of a container. */
export function validateWindowsOptions(
  { gmsaCredentialSpecName, gmsaCredentialSpec, runAsUserName }: WindowsSecurityContextOptions,
  field: FieldPath,
): FieldError[] {
  const errors: FieldError[] = [];
  if (gmsaCredentialSpecName !== undefined)
    append(errors, checkText(field.child('gmsaCredentialSpecName'), gmsaCredentialSpecName, isDNS1123Subdomain));
  if (gmsaCredentialSpec !== undefined)
    append(errors, checkText(field.child('gmsaCredentialSpec'), gmsaCredentialSpec, credentialErrors));
  if (runAsUserName !== undefined)
    append(errors, checkText(field.child('runAsUserName'), runAsUserName, userNameErrors));
  return errors;
}

function credentialErrors(text: string): string[] {
  if (text === '') return ['gmsaCredentialSpec cannot be an empty string'];
  return byteLength(text) > LONGEST_SPEC_KIB * 1024
    ? [`gmsaCredentialSpec size must be under ${LONGEST_SPEC_KIB} KiB`]
    : [];
}

/** A user, or `DOMAIN\user`. */
function userNameErrors(name: string): string[] {
  if (name === '') return ['runAsUserName cannot be an empty string'];
  if ([...name].some(isControl)) return ['runAsUserName cannot contain control characters'];
  const parts = name.split('\\');
  if (parts.length > 2) return ['runAsUserName cannot contain more than one backslash'];
  const [user = '', domain] = parts.reverse();
  return [...domainErrors(domain), ...userErrors(user)];
}

const isControl = (character: string): boolean => character < ' ' || character === '\x7f';

function domainErrors(domain: string | undefined): string[] {
  if (domain === undefined) return [];
  const errors: string[] = [];
  if (byteLength(domain) >= LONGEST_DOMAIN)
    errors.push(`runAsUserName's Domain length must be under ${LONGEST_DOMAIN} characters`);
  if (!NET_BIOS.test(domain) && !DNS_DOMAIN.test(domain))
    errors.push("runAsUserName's Domain doesn't match the NetBios nor the DNS format");
  return errors;
}

function userErrors(user: string): string[] {
  const errors: string[] = [];
  if (user === '') errors.push("runAsUserName's User cannot be empty");
  else if (byteLength(user) > LONGEST_USER)
    errors.push(`runAsUserName's User length must not be longer than ${LONGEST_USER} characters`);
  if (/^[. ]+$/.test(user)) errors.push("runAsUserName's User cannot contain only periods or spaces");
  if (/["/\\:;|=,+*?<>@[\]]/.test(user))
    errors.push('runAsUserName\'s User cannot contain the following characters: "/\\:;|=,+*?<>@[]');
  return errors;
}

/** Processes of the host itself: all containers of a pod are such, or none. */
export function validateHostProcess(spec: PodSpec, field: FieldPath): FieldError[] {
  const ofPod = spec.securityContext?.windowsOptions?.hostProcess;
  const containers = placedContainers(spec, field);
  const errors: FieldError[] = [];
  let processes = 0;
  for (const { container, at } of containers) {
    const own = container.securityContext?.windowsOptions?.hostProcess;
    if (ofPod !== undefined && own !== undefined && ofPod !== own)
      errors.push(
        invalid(
          at.child('securityContext', 'windowsOptions', 'hostProcess'),
          own,
          `pod hostProcess value must be identical if both are specified, was ${ofPod}`,
        ),
      );
    if (own ?? ofPod) processes++;
  }
  if (processes === 0) return errors;
  if (processes !== containers.length)
    errors.push(
      invalid(
        field,
        '',
        'If pod contains any hostProcess containers then all containers must be HostProcess containers',
      ),
    );
  if (!spec.hostNetwork)
    errors.push(
      invalid(field.child('hostNetwork'), false, 'hostNetwork must be true if pod contains any hostProcess containers'),
    );
  return errors;
}
