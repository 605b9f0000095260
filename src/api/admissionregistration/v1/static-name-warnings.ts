import type { KubernetesObject } from '#api/resource-definition.ts';

const SUFFIX = '.static.k8s.io';

/** New objects are not to be called like those that servers read from files. */
export const staticNameWarnings = ({ metadata }: KubernetesObject, old: KubernetesObject | undefined): string[] =>
  old === undefined && metadata?.name?.endsWith(SUFFIX)
    ? [
        `metadata.name: names ending with "${SUFFIX}" are reserved for static manifest-based configurations and cannot be managed via the API`,
      ]
    : [];
