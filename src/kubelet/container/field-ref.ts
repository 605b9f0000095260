import type { Pod } from '#api/core/v1/pod.ts';

/** What field paths speak of beyond the pod's own object. */
export interface PodRuntimeFacts {
  readonly podIPs: readonly string[];
  readonly hostIPs: readonly string[];
  readonly nodeName: string;
}

/** A field path that names nothing; the message is upstream's. */
export class FieldPathError extends Error {
  override readonly name = 'FieldPathError';
}

/** The value of a downward API field path such as `metadata.labels['app']` or `status.podIP`. */
export function fieldValue(pod: Pod, path: string, facts: PodRuntimeFacts): string {
  const { metadata, spec } = pod;
  const keyed = /^metadata\.(labels|annotations)\['(.*)'\]$/.exec(path);
  if (keyed) return metadata?.[keyed[1] as 'labels' | 'annotations']?.[keyed[2] as string] ?? '';
  switch (path) {
    case 'metadata.name':
      return metadata?.name ?? '';
    case 'metadata.namespace':
      return metadata?.namespace ?? '';
    case 'metadata.uid':
      return metadata?.uid ?? '';
    case 'metadata.labels':
      return formatMap(metadata?.labels ?? {});
    case 'metadata.annotations':
      return formatMap(metadata?.annotations ?? {});
    case 'spec.nodeName':
      return spec?.nodeName ?? facts.nodeName;
    case 'spec.serviceAccountName':
      return spec?.serviceAccountName ?? '';
    case 'status.hostIP':
      return facts.hostIPs[0] ?? '';
    case 'status.hostIPs':
      return facts.hostIPs.join(',');
    case 'status.podIP':
      return facts.podIPs[0] ?? '';
    case 'status.podIPs':
      return facts.podIPs.join(',');
    default:
      throw new FieldPathError(`unsupported fieldPath: ${path}`);
  }
}

/** One `key="value"` a line, sorted, values quoted as Go does. */
export const formatMap = (values: Readonly<Record<string, string>>): string =>
  Object.keys(values)
    .sort()
    .map((key) => `${key}=${goQuote(values[key] as string)}`)
    .join('\n');

const goQuote = (text: string): string => JSON.stringify(text).replace(/[\u007f]/g, '\\x7f');
