import { Namespaces } from '#api/core/v1/namespace.ts';
import type { Pod } from '#api/core/v1/pod.ts';
import { ConfigFileError } from '#machinery/codec/config-file.ts';
import { parseYaml } from '#machinery/codec/yaml.ts';
import { isObject } from '#machinery/patch/patch-error.ts';
import type { Mutable } from '#machinery/schema/schema.ts';
import type { AdmissionAttributes, AdmissionPlugin } from '../admission.ts';
import type { AdmissionReader } from '../admission-source.ts';
import { forbidden, isPodCreation } from '../requests.ts';

const ANNOTATION = 'scheduler.alpha.kubernetes.io/node-selector';
const DEFAULT = 'clusterDefaultNodeSelector';
const ROOT = 'podNodeSelectorPluginConfig';

type Selectors = Readonly<Record<string, string>>;

/** Reads selectors by namespace, `clusterDefaultNodeSelector` for all others; the file has no kind. */
export function readPodNodeSelectors(text: string): Selectors {
  const root = parseYaml(text).value;
  const selectors = isObject(root) ? root[ROOT] : undefined;
  if (!isObject(selectors) || Object.values(selectors).some((value) => typeof value !== 'string')) {
    throw new ConfigFileError(`${ROOT}: must hold selectors by namespace`);
  }
  return selectors as Selectors;
}

/**
 * Pods run on the nodes that an annotation of their namespace selects, `a=b,c=d`, else on those that the configuration
 * does; and they ask for none beyond what the configuration lets their namespace.
 */
export function createPodNodeSelector(source: AdmissionReader, selectors: Selectors = {}): AdmissionPlugin {
  const wantedBy = ({ target }: AdmissionAttributes) => {
    const annotation = source.get(Namespaces, '', target.namespace)?.metadata?.annotations?.[ANNOTATION];
    return readSelector(annotation ?? selectors[DEFAULT] ?? '');
  };
  const checkConflict = (attributes: AdmissionAttributes, wanted: Record<string, string>) => {
    const own = (attributes.object as Pod).spec?.nodeSelector;
    if (Object.entries(wanted).every(([key, value]) => (own?.[key] ?? value) === value)) return;
    throw forbidden(attributes, 'pod node label selector conflicts with its namespace node label selector');
  };
  return {
    name: 'PodNodeSelector',
    mutate(attributes) {
      if (!isPodCreation(attributes)) return;
      const { spec } = attributes.object as Mutable<Pod>;
      const wanted = wantedBy(attributes);
      if (!spec || Object.keys(wanted).length === 0) return;
      checkConflict(attributes, wanted);
      spec.nodeSelector = { ...wanted, ...spec.nodeSelector };
    },
    validate(attributes) {
      if (!isPodCreation(attributes)) return;
      checkConflict(attributes, wantedBy(attributes));
      const allowed = readSelector(selectors[attributes.target.namespace] ?? '');
      if (Object.keys(allowed).length === 0) return;
      const own = Object.entries((attributes.object as Pod).spec?.nodeSelector ?? {});
      if (own.every(([key, value]) => allowed[key] === value)) return;
      throw forbidden(attributes, 'pod node label selector labels conflict with its namespace whitelist');
    },
  };
}

const readSelector = (text: string): Record<string, string> =>
  Object.fromEntries(
    text
      .split(',')
      .map((part) => part.trim())
      .filter((part) => part !== '')
      .map((part) => {
        const [key = '', value = ''] = part.split('=');
        return [key.trim(), value.trim()];
      }),
  );
