import { checkPort, checkText, nonNegative, requireOneOf, requireText } from '#api/checks.ts';
import { append } from '#base/append.ts';
import { type FieldError, type FieldPath, forbidden, invalid, required } from '#machinery/errors/field-error.ts';
import { isHTTPHeaderName } from '#machinery/names/key.ts';
import type { HTTPGetAction, Lifecycle, LifecycleHandler, Probe, ProbeHandler } from './probe.ts';

/** The rules of all three kinds of probe; `kind` is the field it stands in. */
export function validateProbe(
  probe: Probe | undefined,
  field: FieldPath,
  kind: 'livenessProbe' | 'readinessProbe' | 'startupProbe',
): FieldError[] {
  if (probe === undefined) return [];
  const errors = validateHandler(probe, field, undefined);
  for (const name of [
    'initialDelaySeconds',
    'timeoutSeconds',
    'periodSeconds',
    'successThreshold',
    'failureThreshold',
  ] as const) {
    append(errors, nonNegative(field.child(name), probe[name]));
  }
  const grace = probe.terminationGracePeriodSeconds;
  const at = field.child('terminationGracePeriodSeconds');
  if (grace !== undefined && grace <= 0) errors.push(invalid(at, grace, 'must be greater than 0'));
  if (kind === 'readinessProbe') {
    if (grace !== undefined) errors.push(invalid(at, grace, 'must not be set for readinessProbes'));
  } else if (probe.successThreshold !== 1) {
    errors.push(invalid(field.child('successThreshold'), probe.successThreshold ?? 0, 'must be 1'));
  }
  return errors;
}

/** The rules of what runs when a container starts and before it stops. */
export const validateLifecycle = (
  lifecycle: Lifecycle | undefined,
  field: FieldPath,
  gracePeriodSeconds: number,
): FieldError[] =>
  (['postStart', 'preStop'] as const).flatMap((hook) => {
    const handler = lifecycle?.[hook];
    return handler ? validateHandler(handler, field.child(hook), gracePeriodSeconds) : [];
  });

function validateHandler(
  handler: LifecycleHandler & ProbeHandler,
  field: FieldPath,
  gracePeriodSeconds: number | undefined,
): FieldError[] {
  const errors: FieldError[] = [];
  let handlers = 0;
  const take = (name: string, check: (at: FieldPath) => FieldError[]) => {
    if (handlers++ > 0) errors.push(forbidden(field.child(name), 'may not specify more than 1 handler type'));
    else append(errors, check(field.child(name)));
  };
  const { exec, httpGet, tcpSocket, grpc, sleep } = handler;
  if (exec) take('exec', (at) => (exec.command?.length ? [] : [required(at.child('command'))]));
  if (httpGet) take('httpGet', (at) => validateHttpGet(httpGet, at));
  if (tcpSocket) take('tcpSocket', (at) => checkPort(at.child('port'), tcpSocket.port));
  if (grpc) take('grpc', (at) => checkPort(at.child('port'), grpc.port));
  if (sleep) take('sleep', (at) => validateSleep(sleep.seconds, at, gracePeriodSeconds ?? 0));
  if (handlers === 0) errors.push(required(field, 'must specify a handler type'));
  return errors;
}

const validateHttpGet = (action: HTTPGetAction, field: FieldPath): FieldError[] => [
  ...requireText(field.child('path'), action.path),
  ...checkPort(field.child('port'), action.port),
  ...requireOneOf(field.child('scheme'), action.scheme, ['HTTP', 'HTTPS']),
  ...(action.httpHeaders ?? []).flatMap(({ name }) => checkText(field.child('httpHeaders'), name, isHTTPHeaderName)),
];

const validateSleep = (seconds: number, field: FieldPath, gracePeriodSeconds: number): FieldError[] =>
  seconds < 0 || seconds > gracePeriodSeconds
    ? [
        invalid(
          field,
          seconds,
          `must be non-negative and less than terminationGracePeriodSeconds (${gracePeriodSeconds})`,
        ),
      ]
    : [];
