import type { Mutable } from '#machinery/schema/schema.ts';
import { containerTotals } from './pod-requests.ts';
import type { PodSpec } from './pod-spec.ts';
import type { ResourceRequirements } from './resources.ts';

/** Whether a resource can be asked for by the pod as a whole. */
export const isPodLevelResource = (name: string): boolean =>
  name === 'cpu' || name === 'memory' || name.startsWith('hugepages-');

/**
 * Fills a pod's own requests and limits: huge pages are limited to what the containers are, requests come from the
 * containers or else from the limits.
 */
export function applyPodLevelResourceDefaults(spec: Mutable<PodSpec>, resources: Mutable<ResourceRequirements>): void {
  limitHugePages(spec, resources);
  const limits = Object.entries(resources.limits ?? {});
  if (limits.length === 0) return;
  const requests = { ...resources.requests };
  for (const [name, quantity] of containerTotals(spec, 'requests')) {
    if (name === 'cpu' || name === 'memory') requests[name] ??= String(quantity);
  }
  for (const [name, text] of limits) if (isPodLevelResource(name)) requests[name] ??= text;
  if (Object.keys(requests).length > 0) resources.requests = requests;
}

function limitHugePages(spec: Mutable<PodSpec>, resources: Mutable<ResourceRequirements>): void {
  const { limits = {}, requests = {} } = resources;
  if (Object.keys(limits).length + Object.keys(requests).length === 0) return;
  for (const [name, quantity] of containerTotals(spec, 'limits')) {
    if (!name.startsWith('hugepages-') || requests[name] !== undefined) continue;
    resources.limits = { ...resources.limits, [name]: limits[name] ?? String(quantity) };
  }
}
