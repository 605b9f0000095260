import type { KubernetesObject } from '#api/resource-definition.ts';

/** Looks up a live object that credentials depend on; undefined when it is gone. `namespace` is '' for nodes. */
export type FindObject = (
  kind: 'ServiceAccount' | 'Pod' | 'Secret' | 'Node',
  namespace: string,
  name: string,
) => KubernetesObject | undefined;

/** Adds labels to a secret. Resolves when that fails, too: nobody is kept out for it. */
export type LabelSecret = (namespace: string, name: string, labels: Readonly<Record<string, string>>) => Promise<void>;
