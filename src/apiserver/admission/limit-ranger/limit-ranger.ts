import { type LimitRange, LimitRanges } from '#api/core/v1/limit-range.ts';
import type { PersistentVolumeClaim } from '#api/core/v1/persistent-volume-claim.ts';
import type { Pod } from '#api/core/v1/pod.ts';
import type { Mutable } from '#machinery/schema/schema.ts';
import type { AdmissionAttributes, AdmissionPlugin } from '../admission.ts';
import type { AdmissionReader } from '../admission-source.ts';
import { forbidden, isAbout, joinFindings } from '../requests.ts';
import { claimFindings, podFindings } from './constraints.ts';
import { setDefaultResources } from './default-resources.ts';

/** Gives containers the resources that a namespace's LimitRanges have for them, and refuses what is outside the bounds. */
export function createLimitRanger(source: AdmissionReader): AdmissionPlugin {
  const rangesFor = ({ target }: AdmissionAttributes): readonly LimitRange[] =>
    source.list(LimitRanges, target.namespace);
  return {
    name: 'LimitRanger',
    resources: ['pods', 'persistentvolumeclaims'],
    mutate(attributes) {
      if (!isLimitedPod(attributes)) return;
      for (const range of rangesFor(attributes)) setDefaultResources(attributes.object as Mutable<Pod>, range);
    },
    validate(attributes) {
      const findingsOf = findingsFor(attributes);
      if (findingsOf === undefined) return;
      for (const range of rangesFor(attributes)) {
        const findings = findingsOf(range);
        if (findings.length > 0) throw forbidden(attributes, joinFindings(findings));
      }
    },
  };
}

/** Resources of pods change only by a resize; what is being deleted is left alone. */
const isLimitedPod = (attributes: AdmissionAttributes): boolean =>
  (attributes.operation === 'CREATE' && isAbout(attributes, 'pods')) ||
  (attributes.operation === 'UPDATE' && isAbout(attributes, 'pods', 'resize') && !isDeleted(attributes));

const isDeleted = ({ object }: AdmissionAttributes): boolean => Boolean(object?.metadata?.deletionTimestamp);

function findingsFor(attributes: AdmissionAttributes): ((range: LimitRange) => readonly string[]) | undefined {
  const { operation, object } = attributes;
  if (isLimitedPod(attributes)) return (range) => podFindings(object as Pod, range);
  if (operation === 'DELETE' || !isAbout(attributes, 'persistentvolumeclaims')) return undefined;
  if (operation === 'UPDATE' && isDeleted(attributes)) return undefined;
  return (range) => claimFindings(object as PersistentVolumeClaim, range);
}
