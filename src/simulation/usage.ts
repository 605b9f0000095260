import type { Pod } from '#api/core/v1/pod.ts';
import { parseQuantity } from '#machinery/quantity/parse-quantity.ts';
import { Quantity } from '#machinery/quantity/quantity.ts';
import { matchesPod, type PodSelector } from './stage.ts';

/** What containers of some pods use: quantities such as `250m`, or parts of what they request such as `80%`. */
export interface PodUsage {
  /** All pods when absent. */
  readonly when?: PodSelector;
  readonly cpu?: string;
  readonly memory?: string;
}

/** Annotations by which anybody commands what a pod's containers use from now on. */
export const CPU_ANNOTATION = 'simulation.knarr.dev/cpu';
export const MEMORY_ANNOTATION = 'simulation.knarr.dev/memory';

/** Half of what is requested, and a little where nothing is. */
const DEFAULT: Required<Omit<PodUsage, 'when'>> = { cpu: '50%', memory: '50%' };
const WITHOUT_REQUEST = { cpu: '10m', memory: '32Mi' } as const;

type Container = NonNullable<Pod['spec']>['containers'][number];
type Resource = keyof typeof WITHOUT_REQUEST;

/** What a container uses, by resource: the pod's annotation counts before the first usage that is for the pod. */
export function usageOf(pod: Pod, container: Container, usages: readonly PodUsage[]): Record<Resource, string> {
  const rule = usages.find(({ when = {} }) => matchesPod(pod, when));
  const { annotations = {} } = pod.metadata ?? {};
  return {
    cpu: amount(container, 'cpu', annotations[CPU_ANNOTATION] ?? rule?.cpu ?? DEFAULT.cpu),
    memory: amount(container, 'memory', annotations[MEMORY_ANNOTATION] ?? rule?.memory ?? DEFAULT.memory),
  };
}

/** Whether a text says how much is used. */
export function isUsage(text: string): boolean {
  if (/^\d+(\.\d+)?%$/.test(text)) return true;
  try {
    return parseQuantity(text).sign >= 0;
  } catch {
    // A text that is no quantity is no usage: that is the answer.
    return false;
  }
}

function amount({ resources }: Container, resource: Resource, text: string): string {
  // An annotation may say anything.
  const told = isUsage(text) ? text : DEFAULT[resource];
  if (!told.endsWith('%')) return told;
  const request = resources?.requests?.[resource];
  if (request === undefined) return WITHOUT_REQUEST[resource];
  const milli = Math.round((parseQuantity(request).milliValue() * Number(told.slice(0, -1))) / 100);
  return String(resource === 'cpu' ? Quantity.ofMilli(milli) : Quantity.of(Math.round(milli / 1000), 'BinarySI'));
}

/** The sum of some amounts. */
export function sumOf(amounts: readonly string[], resource: Resource): string {
  const milli = amounts.reduce((sum, each) => sum + parseQuantity(each).milliValue(), 0);
  return String(resource === 'cpu' ? Quantity.ofMilli(milli) : Quantity.of(Math.ceil(milli / 1000), 'BinarySI'));
}
