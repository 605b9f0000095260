import type { Service } from '#api/core/v1/service.ts';
import { Quantity } from '#machinery/quantity/quantity.ts';
import { ONE, ZERO } from './amounts.ts';
import { countName, type Evaluator } from './evaluator.ts';

const NAMES = [countName('services'), 'services', 'services.nodeports', 'services.loadbalancers'];

/** Services, and what some of them take of nodes and of the cloud. */
export const serviceEvaluator: Evaluator = {
  resource: 'services',
  handles: ({ subresource }) => subresource === '',
  measures: (name) => NAMES.includes(name),
  inScope: () => false,
  usage(object) {
    const { spec } = object as Service;
    const balanced = spec?.type === 'LoadBalancer';
    return new Map([
      [countName('services'), ONE],
      ['services', ONE],
      ['services.nodeports', Quantity.of(nodePorts(spec))],
      ['services.loadbalancers', balanced ? ONE : ZERO],
    ]);
  },
};

/** Node ports are counted before they are allocated, unless a load balancer does without. */
function nodePorts(spec: Service['spec']): number {
  const ports = spec?.ports ?? [];
  if (spec?.type === 'NodePort') return ports.length;
  if (spec?.type !== 'LoadBalancer') return 0;
  return spec.allocateLoadBalancerNodePorts === false
    ? ports.filter(({ nodePort }) => Boolean(nodePort)).length
    : ports.length;
}
