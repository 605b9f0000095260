import type { Toleration } from '#api/core/v1/affinity.ts';
import type { Pod } from '#api/core/v1/pod.ts';
import { type RuntimeClass, RuntimeClasses } from '#api/node/v1/runtime-class.ts';
import { deepEqual } from '#machinery/objects/deep-equal.ts';
import { parseQuantity } from '#machinery/quantity/parse-quantity.ts';
import type { Mutable } from '#machinery/schema/schema.ts';
import type { AdmissionAttributes, AdmissionPlugin } from '../admission.ts';
import type { AdmissionReader } from '../admission-source.ts';
import { forbidden, isPodCreation } from '../requests.ts';

type Amounts = Readonly<Record<string, string>>;

const MISMATCH = "pod rejected: Pod's Overhead doesn't match RuntimeClass's defined Overhead";
const WITHOUT = 'pod rejected: Pod Overhead set without corresponding RuntimeClass defined Overhead';

/** Pods cost what their runtime class says on top, and run where it runs. */
export function createRuntimeClassAdmission(source: AdmissionReader): AdmissionPlugin {
  const classOf = (attributes: AdmissionAttributes): RuntimeClass | undefined => {
    const name = (attributes.object as Pod).spec?.runtimeClassName;
    if (name === undefined) return undefined;
    const found = source.get(RuntimeClasses, '', name);
    if (found === undefined) throw forbidden(attributes, `pod rejected: RuntimeClass "${name}" not found`);
    return found;
  };
  return {
    name: 'RuntimeClass',
    resources: ['pods'],
    mutate(attributes) {
      if (!isPodCreation(attributes)) return;
      const { spec } = attributes.object as Mutable<Pod>;
      const runtime = classOf(attributes);
      if (!spec || !runtime) return;
      const overhead = runtime.overhead?.podFixed;
      if (overhead !== undefined) {
        if (spec.overhead !== undefined && !sameAmounts(spec.overhead, overhead)) throw forbidden(attributes, MISMATCH);
        spec.overhead = { ...overhead };
      }
      schedule(attributes, spec, runtime);
    },
    validate(attributes) {
      if (!isPodCreation(attributes)) return;
      const overhead = classOf(attributes)?.overhead?.podFixed;
      const given = (attributes.object as Pod).spec?.overhead;
      if (overhead === undefined && given !== undefined) throw forbidden(attributes, WITHOUT);
      if (overhead !== undefined && !sameAmounts(given, overhead)) throw forbidden(attributes, MISMATCH);
    },
  };
}

function schedule(
  attributes: AdmissionAttributes,
  spec: NonNullable<Mutable<Pod>['spec']>,
  { scheduling }: RuntimeClass,
): void {
  for (const [key, value] of Object.entries(scheduling?.nodeSelector ?? {})) {
    const own = spec.nodeSelector?.[key];
    if (own !== undefined && own !== value) {
      const detail = `conflict: runtimeClass.scheduling.nodeSelector[${key}] = ${value}; pod.spec.nodeSelector[${key}] = ${own}`;
      throw forbidden(attributes, detail);
    }
    spec.nodeSelector = { ...spec.nodeSelector, [key]: value };
  }
  const missing = (scheduling?.tolerations ?? []).filter(
    (toleration) => !(spec.tolerations ?? []).some((own) => deepEqual(own, toleration)),
  );
  if (missing.length > 0) {
    spec.tolerations = [...(spec.tolerations ?? []), ...missing.map((toleration: Toleration) => ({ ...toleration }))];
  }
}

const sameAmounts = (a: Amounts = {}, b: Amounts = {}): boolean =>
  Object.keys(a).length === Object.keys(b).length &&
  Object.entries(a).every(
    ([name, text]) => b[name] !== undefined && parseQuantity(text).equals(parseQuantity(b[name])),
  );
