import { checkEach, checkNumber, checkText, requireText } from '#api/checks.ts';
import { base64Size } from '#api/core/v1/data-size.ts';
import { append } from '#base/append.ts';
import { type FieldError, FieldPath, invalid, notSupported } from '#machinery/errors/field-error.ts';
import { isDNS1035Label, isDNS1123Subdomain } from '#machinery/names/dns.ts';
import { isValidPortNumber } from '#machinery/names/port.ts';
import type { APIService } from './api-service.ts';

const SPEC = new FieldPath('spec');

export function validateAPIService({ metadata, spec }: APIService): FieldError[] {
  if (spec === undefined) return [];
  const { group = '', version = '', service, insecureSkipTLSVerify, caBundle } = spec;
  const name = metadata?.name ?? '';
  const wanted = `${version}.${group}`;
  const errors: FieldError[] = [];
  if (name !== wanted) {
    const detail = `must be \`spec.version+"."+spec.group\`: ${JSON.stringify(wanted)}`;
    errors.push(invalid(new FieldPath('metadata').child('name'), name, detail));
  }
  if (group !== '') append(errors, requireText(SPEC.child('group'), group, isDNS1123Subdomain));
  append(errors, checkText(SPEC.child('version'), version, isDNS1035Label));
  append(errors, checkPriority('groupPriorityMinimum', spec.groupPriorityMinimum, 20_000));
  append(errors, checkPriority('versionPriority', spec.versionPriority, 1000));
  const skip = SPEC.child('insecureSkipTLSVerify');
  if (service === undefined) {
    if (caBundle)
      errors.push(
        invalid(SPEC.child('caBundle'), `${base64Size(caBundle)} bytes`, 'local APIServices may not have a caBundle'),
      );
    if (insecureSkipTLSVerify) {
      errors.push(invalid(skip, true, 'local APIServices may not have insecureSkipTLSVerify'));
    }
    return errors;
  }
  const at = SPEC.child('service');
  append(errors, [
    ...requireText(at.child('namespace'), service.namespace),
    ...requireText(at.child('name'), service.name),
  ]);
  append(
    errors,
    checkNumber(at.child('port'), service.port, (port) =>
      isValidPortNumber(port).map((detail) => `port is not valid: ${detail}`),
    ),
  );
  if (insecureSkipTLSVerify && caBundle) errors.push(invalid(skip, true, 'may not be true if caBundle is present'));
  return errors;
}

const checkPriority = (name: string, value: number, limit: number): FieldError[] =>
  value > 0 && value <= limit ? [] : [invalid(SPEC.child(name), value, `must be positive and less than ${limit}`)];

const STATES = ['True', 'False', 'Unknown'];

/** The rules of what is found out about a service. */
export const validateAPIServiceStatus = ({ status }: APIService): FieldError[] =>
  checkEach(status?.conditions, new FieldPath('status').child('conditions'), (condition, at) =>
    STATES.includes(condition.status) ? [] : [notSupported(at.child('status'), condition.status, STATES)],
  );
