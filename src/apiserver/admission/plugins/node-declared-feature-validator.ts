import { featuresToUpdate } from '#api/core/v1/declared-features.ts';
import { Nodes } from '#api/core/v1/node.ts';
import type { AdmissionPlugin } from '../admission.ts';
import type { AdmissionReader } from '../admission-source.ts';
import { changeOfBoundPod, forbidden } from '../requests.ts';

/** Pods that run somewhere change only in ways that their node declares to know. */
export const createNodeDeclaredFeatureValidator = (source: AdmissionReader): AdmissionPlugin => ({
  name: 'NodeDeclaredFeatureValidator',
  resources: ['pods'],
  validate(attributes) {
    const change = changeOfBoundPod(attributes);
    if (change?.pod.spec === undefined || change.old.spec === undefined) return;
    const features = featuresToUpdate(change.pod.spec, change.old.spec);
    if (features.length === 0) return;
    const name = change.pod.spec.nodeName ?? '';
    const node = source.get(Nodes, '', name);
    if (node === undefined) throw forbidden(attributes, `node ${JSON.stringify(name)} not found`);
    const lacking = features.filter((feature) => !node.status?.declaredFeatures?.includes(feature));
    if (lacking.length === 0) return;
    const detail = `pod update requires features ${lacking.join(', ')} which are not available on node ${JSON.stringify(name)}`;
    throw forbidden(attributes, detail);
  },
});
