import type { KubernetesObject } from '#api/resource-definition.ts';

/** Where the kubelet tells of what it does; `client/events/event-recorder.ts` is one. Never throws, never waits. */
export interface EventSink {
  record(
    object: KubernetesObject,
    type: 'Normal' | 'Warning',
    reason: string,
    message: string,
    options?: { readonly fieldPath?: string },
  ): void;
}

/** The field path that upstream puts on events about a container. */
export const containerFieldPath = (list: 'containers' | 'initContainers' | 'ephemeralContainers', name: string) =>
  `spec.${list}{${name}}`;
