import { Toleration } from '#api/core/v1/affinity.ts';
import { type Namespace, Namespaces } from '#api/core/v1/namespace.ts';
import type { Pod } from '#api/core/v1/pod.ts';
import { podQosClass } from '#api/core/v1/pod-qos.ts';
import { readConfigFile } from '#machinery/codec/config-file.ts';
import { newNotFound, StatusError } from '#machinery/errors/status-error.ts';
import { type Infer, list, type Mutable, message, opt, string } from '#machinery/schema/schema.ts';
import type { AdmissionAttributes, AdmissionPlugin } from '../admission.ts';
import type { AdmissionReader } from '../admission-source.ts';
import { isAbout } from '../requests.ts';
import { covers, mergeTolerations } from './merge-tolerations.ts';

const Configuration = message('PodTolerationRestrictionConfiguration', {
  kind: opt(0, string),
  apiVersion: opt(0, string),
  default: opt(1, list(Toleration)),
  whitelist: opt(2, list(Toleration)),
});
/** What holds where a namespace says nothing. */
interface Configuration extends Infer<typeof Configuration> {}

const DEFAULTS = 'scheduler.alpha.kubernetes.io/defaultTolerations';
const WHITELIST = 'scheduler.alpha.kubernetes.io/tolerationsWhitelist';
const MEMORY_PRESSURE: Toleration = {
  key: 'node.kubernetes.io/memory-pressure',
  operator: 'Exists',
  effect: 'NoSchedule',
};

/** Reads a `PodTolerationRestriction` `Configuration`. Throws a `ConfigFileError`. */
export const readPodTolerationRestriction = (text: string): Configuration =>
  readConfigFile(text, Configuration, {
    apiVersions: ['podtolerationrestriction.admission.k8s.io/v1alpha1'],
    kind: 'Configuration',
  });

/** Gives pods the tolerations of their namespace, and none that its whitelist does not cover. */
export function createPodTolerationRestriction(
  source: AdmissionReader,
  configuration: Configuration = {},
): AdmissionPlugin {
  const namespaceOf = ({ target }: AdmissionAttributes): Namespace => {
    const found = source.get(Namespaces, '', target.namespace);
    if (found === undefined) throw newNotFound({ group: '', resource: 'namespaces' }, target.namespace);
    return found;
  };
  return {
    name: 'PodTolerationRestriction',
    resources: ['pods'],
    mutate(attributes) {
      const { spec } = podOf(attributes) ?? {};
      if (!spec) return;
      const isNew = attributes.operation === 'CREATE';
      const own = isNew ? tolerationsIn(namespaceOf(attributes), DEFAULTS) : [];
      const more = [...(own ?? configuration.default ?? [])];
      if (podQosClass(spec) !== 'BestEffort') more.push(MEMORY_PRESSURE);
      if (more.length > 0) spec.tolerations = mergeTolerations(spec.tolerations ?? [], more);
    },
    validate(attributes) {
      const tolerations = podOf(attributes)?.spec?.tolerations ?? [];
      if (tolerations.length === 0) return;
      const own = tolerationsIn(namespaceOf(attributes), WHITELIST);
      const whitelist = own ?? configuration.whitelist ?? [];
      if (whitelist.length === 0) return;
      if (tolerations.every((each) => whitelist.some((wide) => covers(wide, each)))) return;
      const scope = own === undefined ? 'cluster' : 'namespace';
      throw failure(
        `pod tolerations (possibly merged with namespace default tolerations) conflict with its ${scope} whitelist`,
      );
    },
  };
}

function podOf(attributes: AdmissionAttributes): Mutable<Pod> | undefined {
  const isWrite = attributes.operation === 'CREATE' || attributes.operation === 'UPDATE';
  return isWrite && isAbout(attributes, 'pods') ? (attributes.object as Mutable<Pod>) : undefined;
}

/** Undefined where the namespace says nothing. */
function tolerationsIn({ metadata }: Namespace, key: string): Toleration[] | undefined {
  const text = metadata?.annotations?.[key];
  if (!text) return undefined;
  try {
    return JSON.parse(text) as Toleration[];
  } catch (error) {
    throw failure((error as Error).message);
  }
}

/** Upstream's plugin does not say that its refusals are refusals. */
const failure = (text: string) => new StatusError({ code: 500, message: text });
