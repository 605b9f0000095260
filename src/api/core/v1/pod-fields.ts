import type { Pod } from './pod.ts';

type Fields = Readonly<Record<string, (object: Pod) => string>>;

/** What a field selector may ask of it, beside its name and namespace. */
export const podFields: Fields = {
  'spec.nodeName': ({ spec }) => spec?.nodeName ?? '',
  'spec.restartPolicy': ({ spec }) => spec?.restartPolicy ?? '',
  'spec.schedulerName': ({ spec }) => spec?.schedulerName ?? '',
  'spec.serviceAccountName': ({ spec }) => spec?.serviceAccountName ?? '',
  'spec.hostNetwork': ({ spec }) => String(spec?.hostNetwork ?? false),
  'status.phase': ({ status }) => status?.phase ?? '',
  'status.podIP': ({ status }) => status?.podIPs?.[0]?.ip ?? status?.podIP ?? '',
  'status.podIPs': ({ status }) => status?.podIPs?.[0]?.ip ?? '',
  'status.nominatedNodeName': ({ status }) => status?.nominatedNodeName ?? '',
};
