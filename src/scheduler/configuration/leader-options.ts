import { type FieldError, FieldPath, invalid } from '#machinery/errors/field-error.ts';
import { bool, type Infer, int32, json, message, opt, ptr, string } from '#machinery/schema/schema.ts';
import { milliseconds } from './duration.ts';

const PREFIX = 'io.k8s.kube-scheduler.config.v1';

export const LeaderElectionConfiguration = message(`${PREFIX}.LeaderElectionConfiguration`, {
  leaderElect: ptr(1, bool),
  leaseDuration: opt(2, string),
  renewDeadline: opt(3, string),
  retryPeriod: opt(4, string),
  resourceLock: opt(5, string),
  resourceName: opt(6, string),
  resourceNamespace: opt(7, string),
});
type LeaderElectionConfiguration = Infer<typeof LeaderElectionConfiguration>;

export const ClientConnectionConfiguration = message(`${PREFIX}.ClientConnectionConfiguration`, {
  kubeconfig: opt(1, string),
  acceptContentTypes: opt(2, string),
  contentType: opt(3, string),
  qps: opt(4, json),
  burst: opt(5, int32),
});
type ClientConnectionConfiguration = Infer<typeof ClientConnectionConfiguration>;

/** What is wrong with how to reach the API server. */
export const validateClientConnection = ({ burst = 0 }: ClientConnectionConfiguration = {}): FieldError[] =>
  burst < 0 ? [invalid(new FieldPath('clientConnection').child('burst'), burst, 'must be non-negative')] : [];

const DEFAULTS = { leaseDuration: '15s', renewDeadline: '10s', retryPeriod: '2s' };
const TIMES = ['leaseDuration', 'renewDeadline', 'retryPeriod'] as const;

/** What is wrong with how a leader is found; nothing where none is. */
export function validateLeaderElection(configuration: LeaderElectionConfiguration = {}): FieldError[] {
  if (configuration.leaderElect === false) return [];
  const path = new FieldPath('leaderElection');
  const { resourceLock = 'leases' } = configuration;
  const isLock = resourceLock === 'leases' || resourceLock === '';
  return [
    ...validateTimes(path, configuration),
    ...(isLock ? [] : [invalid(path.child('resourceLock'), resourceLock, 'resourceLock value must be "leases"')]),
  ];
}

function validateTimes(path: FieldPath, configuration: LeaderElectionConfiguration): FieldError[] {
  const texts = TIMES.map((name) => configuration[name] || DEFAULTS[name]);
  const [lease = 0, renew = 0, retry = 0] = texts.map(signed);
  const [, renewText, retryText] = texts;
  return [
    ...TIMES.flatMap((name, index) => positive(path.child(name), texts[index] ?? '')),
    ...(lease < renew
      ? [invalid(path.child('leaseDuration'), renewText, 'LeaseDuration must be greater than RenewDeadline')]
      : []),
    ...(renew < retry
      ? [invalid(path.child('renewDeadline'), retryText, 'RenewDeadline must be greater than RetryPeriod')]
      : []),
  ];
}

function positive(path: FieldPath, text: string): FieldError[] {
  const value = signed(text);
  if (value === undefined) return [invalid(path, text, 'must be a duration')];
  return value > 0 ? [] : [invalid(path, text, 'must be greater than zero')];
}

function signed(text: string): number | undefined {
  const value = milliseconds(text.replace(/^-/, ''));
  return value !== undefined && text.startsWith('-') ? -value : value;
}
