import { type FieldError, FieldPath, invalid } from '#machinery/errors/field-error.ts';
import { bool, type Infer, int64, list, message, opt, ptr, string } from '#machinery/schema/schema.ts';
import type { ExtenderOptions } from '../extender/extender.ts';
import { milliseconds } from './duration.ts';

const PREFIX = 'io.k8s.kube-scheduler.config.v1';

/** An HTTP server that has a say in scheduling, as configuration files tell of it. */
export const ExtenderConfiguration = message(`${PREFIX}.Extender`, {
  urlPrefix: opt(1, string),
  filterVerb: opt(2, string),
  preemptVerb: opt(3, string),
  prioritizeVerb: opt(4, string),
  weight: opt(5, int64),
  bindVerb: opt(6, string),
  enableHTTPS: opt(7, bool),
  tlsConfig: ptr(
    8,
    message(`${PREFIX}.ExtenderTLSConfig`, {
      insecure: opt(1, bool),
      serverName: opt(2, string),
      certFile: opt(3, string),
      keyFile: opt(4, string),
      caFile: opt(5, string),
      certData: opt(6, string),
      keyData: opt(7, string),
      caData: opt(8, string),
    }),
  ),
  httpTimeout: opt(9, string),
  nodeCacheCapable: opt(10, bool),
  managedResources: opt(
    11,
    list(message(`${PREFIX}.ExtenderManagedResource`, { name: opt(1, string), ignoredByScheduler: opt(2, bool) })),
  ),
  ignorable: opt(12, bool),
});
export type ExtenderConfiguration = Infer<typeof ExtenderConfiguration>;

const DEFAULT_TIMEOUT = 5000;

export const toExtenderOptions = ({
  httpTimeout,
  managedResources = [],
  tlsConfig,
  weight,
  ...rest
}: ExtenderConfiguration): ExtenderOptions => ({
  ...rest,
  urlPrefix: rest.urlPrefix ?? '',
  weight: Number(weight ?? 0),
  timeoutMs: milliseconds(httpTimeout) || DEFAULT_TIMEOUT,
  managedResources: managedResources.map(({ name = '' }) => name),
  ...(tlsConfig ? { tls: tlsConfig } : {}),
});

/** Resources about which extenders decide alone. */
export const ignoredResources = (extenders: readonly ExtenderConfiguration[]): string[] =>
  extenders.flatMap(({ managedResources = [] }) =>
    managedResources.filter(({ ignoredByScheduler }) => ignoredByScheduler).map(({ name = '' }) => name),
  );

export function validateExtenders(extenders: readonly ExtenderConfiguration[]): FieldError[] {
  const path = new FieldPath('extenders');
  const errors: FieldError[] = [];
  const seen = new Set<string>();
  for (const [index, { prioritizeVerb, weight = 0, managedResources = [], httpTimeout }] of extenders.entries()) {
    const at = path.index(index);
    if (prioritizeVerb && Number(weight) <= 0) {
      errors.push(invalid(at.child('weight'), Number(weight), 'must have a positive weight applied to it'));
    }
    if (httpTimeout && milliseconds(httpTimeout) === undefined) {
      errors.push(invalid(at.child('httpTimeout'), httpTimeout, 'must be a duration'));
    }
    for (const [number, { name = '' }] of managedResources.entries()) {
      const nameAt = at.child('managedResources').index(number).child('name');
      if (!isExtendedResourceName(name)) errors.push(invalid(nameAt, name, 'is an invalid extended resource name'));
      if (seen.has(name)) errors.push(invalid(nameAt, name, 'duplicate extender managed resource name'));
      seen.add(name);
    }
  }
  const binders = extenders.filter(({ bindVerb }) => bindVerb).length;
  if (binders > 1) {
    errors.push(invalid(path, `found ${binders} extenders implementing bind`, 'only one extender can implement bind'));
  }
  return errors;
}

const isExtendedResourceName = (name: string): boolean =>
  /^[^/]+\/[A-Za-z0-9]([\w.-]*[A-Za-z0-9])?$/.test(name) &&
  !/^([^/]*\.)?kubernetes\.io\//.test(name) &&
  !name.startsWith('requests.');
