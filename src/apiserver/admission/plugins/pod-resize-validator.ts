import { type Node, Nodes } from '#api/core/v1/node.ts';
import type { Pod } from '#api/core/v1/pod.ts';
import { podRequestTotals } from '#api/quota/pod-totals.ts';
import { StatusError } from '#machinery/errors/status-error.ts';
import { parseQuantity } from '#machinery/quantity/parse-quantity.ts';
import type { AdmissionPlugin } from '../admission.ts';
import type { AdmissionReader } from '../admission-source.ts';
import { changeOfBoundPod, forbidden } from '../requests.ts';

const OS = 'kubernetes.io/os';
const ZERO = parseQuantity('0');

/** Pods ask for no more than their node could ever give, and change in size where that is known how. */
export const createPodResizeValidator = (source: AdmissionReader): AdmissionPlugin => ({
  name: 'PodResizeValidator',
  resources: ['pods'],
  validate(attributes) {
    const change = attributes.target.subresource === 'resize' ? changeOfBoundPod(attributes) : undefined;
    if (change === undefined) return;
    const name = change.pod.spec?.nodeName ?? '';
    const node = source.get(Nodes, '', name);
    if (node === undefined) throw forbidden(attributes, `node ${JSON.stringify(name)} not found`);
    const refuse = (detail: string, reason: string) => {
      const { status } = forbidden(attributes, detail);
      return new StatusError({ ...status, details: { ...status.details, causes: [{ reason }] } });
    };
    const short = shortOf(change.pod, node);
    if (short.length > 0) {
      throw refuse(`Node didn't have enough allocatable resources: ${short.join('; ')}`, 'NodeCapacity');
    }
    const os = node.metadata?.labels?.[OS];
    if (os === 'linux') return;
    const detail = `pod resize is only supported on linux nodes, node ${JSON.stringify(name)} is ${JSON.stringify(os ?? '')}`;
    throw refuse(detail, 'UnsupportedPlatform');
  },
});

/** CPU in thousandths of a core and memory in bytes, where more is asked for than there is. */
function shortOf({ spec }: Pod, { status }: Node): string[] {
  const requests = podRequestTotals({ spec } as Pod);
  return (['cpu', 'memory'] as const).flatMap((name) => {
    const amount = (quantity = ZERO) => (name === 'cpu' ? quantity.milliValue() : quantity.value());
    const requested = amount(requests.get(name));
    const allocatable = amount(parseQuantity(status?.allocatable?.[name] ?? '0'));
    return requested > allocatable ? [`${name}, requested: ${requested}, allocatable: ${allocatable}`] : [];
  });
}
