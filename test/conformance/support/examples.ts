import type { Body } from './rest.ts';

/** Small valid objects that several behaviours need; each may be given more. */

export const podSpec = (more: Body = {}): Body => ({ containers: [{ name: 'web', image: 'web:1' }], ...more });

export const pod = (name: string, more: { metadata?: Body; spec?: Body } = {}): Body => ({
  metadata: { name, ...more.metadata },
  spec: podSpec(more.spec),
});

export const podTemplate = (labels: Record<string, string>): Body => ({ metadata: { labels }, spec: podSpec() });

export const replicationController = (name: string, replicas: number): Body => ({
  metadata: { name },
  spec: { replicas, selector: { name }, template: podTemplate({ name }) },
});

/** A Deployment or ReplicaSet, by which collection it is created in. */
export const replicated = (name: string, replicas: number): Body => ({
  metadata: { name, labels: { name } },
  spec: { replicas, selector: { matchLabels: { name } }, template: podTemplate({ name }) },
});
