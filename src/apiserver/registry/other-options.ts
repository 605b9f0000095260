import type { TypeMeta } from './undecodable.ts';

/** Where upstream keeps the kinds that have to do with every group. */
const SCHEME = 'pkg/apis/meta/internalversion/scheme/register.go:27';
/** Those it knows there in every version. */
const UNVERSIONED = new Set([
  ...['APIGroup', 'APIGroupList', 'APIResourceList', 'APIVersions', 'Status'],
  ...['CreateOptions', 'DeleteOptions', 'UpdateOptions'],
]);

/** Why what says to be of a type are not the options that are wanted; undefined where they are, whatever version they name. */
export function otherThanOptions({ apiVersion, kind }: TypeMeta, wanted: string): string | undefined {
  if (apiVersion.split('/').length > 2) return `unexpected GroupVersion string: ${apiVersion}`;
  if (kind === '' || kind === wanted) return undefined;
  if (UNVERSIONED.has(kind)) return `converting (v1.${kind}) to (v1.${wanted}): unknown conversion`;
  return `no kind "${kind}" is registered for version "${apiVersion || 'meta.k8s.io/v1'}" in scheme "${SCHEME}"`;
}
