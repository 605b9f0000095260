import { table } from '#base/table.ts';
import { list, type MessageSchema, message, opt, req, string } from '#machinery/schema/schema.ts';
import { AdmissionReview } from './admission/v1/admission-review.ts';
import { APIGroupDiscovery, APIGroupDiscoveryList } from './apidiscovery/v2/api-group-discovery.ts';
import { TokenRequest } from './authentication/v1/token-request.ts';
import { Scale } from './autoscaling/v1/scale.ts';
import { NodeProxyOptions } from './core/v1/node-proxy-options.ts';
import { PodAttachOptions } from './core/v1/pod-attach-options.ts';
import { PodExecOptions } from './core/v1/pod-exec-options.ts';
import { PodLogOptions } from './core/v1/pod-log-options.ts';
import { PodPortForwardOptions } from './core/v1/pod-port-forward-options.ts';
import { PodProxyOptions } from './core/v1/pod-proxy-options.ts';
import { PodStatusResult } from './core/v1/pod-status-result.ts';
import { RangeAllocation } from './core/v1/range-allocation.ts';
import { SerializedReference } from './core/v1/serialized-reference.ts';
import { ServiceProxyOptions } from './core/v1/service-proxy-options.ts';
import { featureGates, resourcesWith } from './feature-gates.ts';
import { DeleteOptions } from './meta/v1/delete-options.ts';
import { APIGroup, APIGroupList, APIResourceList, APIVersions } from './meta/v1/discovery.ts';
import { ListMeta } from './meta/v1/list-meta.ts';
import { CreateOptions, GetOptions, ListOptions, PatchOptions, UpdateOptions } from './meta/v1/options.ts';
import {
  PartialObjectMetadata,
  PartialObjectMetadataList,
  PartialObjectMetadataListV1Beta1,
} from './meta/v1/partial-object-metadata.ts';
import { Status } from './meta/v1/status.ts';
import { WatchEvent } from './meta/v1/watch-event.ts';
import { NodeMetricsResource, PodMetricsResource } from './metrics/v1beta1/metrics.ts';
import { Eviction } from './policy/v1/eviction.ts';
import { type AnyResourceDefinition, apiVersionOf } from './resource-definition.ts';

/** Kinds that are spoken but not stored, by `apiVersion/kind`. */
const OTHERS = table<MessageSchema>({
  'admission.k8s.io/v1/AdmissionReview': AdmissionReview,
  'apidiscovery.k8s.io/v2/APIGroupDiscovery': APIGroupDiscovery,
  'apidiscovery.k8s.io/v2/APIGroupDiscoveryList': APIGroupDiscoveryList,
  'authentication.k8s.io/v1/TokenRequest': TokenRequest,
  'autoscaling/v1/Scale': Scale,
  'meta.k8s.io/v1/PartialObjectMetadata': PartialObjectMetadata,
  'meta.k8s.io/v1/PartialObjectMetadataList': PartialObjectMetadataList,
  'meta.k8s.io/v1beta1/PartialObjectMetadata': PartialObjectMetadata,
  'meta.k8s.io/v1beta1/PartialObjectMetadataList': PartialObjectMetadataListV1Beta1,
  'policy/v1/Eviction': Eviction,
  'v1/APIGroup': APIGroup,
  'v1/APIGroupList': APIGroupList,
  'v1/APIResourceList': APIResourceList,
  'v1/APIVersions': APIVersions,
  'v1/CreateOptions': CreateOptions,
  'v1/DeleteOptions': DeleteOptions,
  'v1/GetOptions': GetOptions,
  'v1/ListOptions': ListOptions,
  'v1/NodeProxyOptions': NodeProxyOptions,
  'v1/PatchOptions': PatchOptions,
  'v1/PodAttachOptions': PodAttachOptions,
  'v1/PodExecOptions': PodExecOptions,
  'v1/PodLogOptions': PodLogOptions,
  'v1/PodPortForwardOptions': PodPortForwardOptions,
  'v1/PodProxyOptions': PodProxyOptions,
  'v1/PodStatusResult': PodStatusResult,
  'v1/RangeAllocation': RangeAllocation,
  'v1/SerializedReference': SerializedReference,
  'v1/ServiceProxyOptions': ServiceProxyOptions,
  'v1/Status': Status,
  'v1/UpdateOptions': UpdateOptions,
  'v1/WatchEvent': WatchEvent,
});

/** Resources that are worked out when somebody asks, where there is somebody to work them out. */
const COMPUTED: readonly AnyResourceDefinition[] = [NodeMetricsResource, PodMetricsResource];

const schemas = new Map<string, MessageSchema>(Object.entries(OTHERS));
const definitions = [...resourcesWith(new Set(featureGates.keys())), ...COMPUTED];
for (const definition of definitions) {
  schemas.set(`${apiVersionOf(definition)}/${definition.kind}`, definition.schema);
}
for (const definition of definitions) {
  schemas.set(`${apiVersionOf(definition)}/${definition.kind}List`, listSchemaOf(definition));
}

/** The schema of a built-in kind (lists included), or undefined. */
export const kindSchema = (apiVersion: string, kind: string): MessageSchema | undefined =>
  schemas.get(`${apiVersion}/${kind}`);

/** Kinds that are spoken but not stored, and their schemas. */
export const spokenKinds = Object.entries(OTHERS).map(([type, schema]) => {
  const [kind = '', version = '', group = ''] = type.split('/').reverse();
  return { group, version, kind, schema };
});

const types = new Map([...schemas].map(([type, schema]) => [schema, type]));

/** The inverse: of which kind a schema is. */
export function typeOfSchema(
  schema: MessageSchema,
): { readonly apiVersion: string; readonly kind: string } | undefined {
  const type = types.get(schema);
  if (type === undefined) return undefined;
  const end = type.lastIndexOf('/');
  return { apiVersion: type.slice(0, end), kind: type.slice(end + 1) };
}

/** The schema of a list of a kind: every list is shaped alike. */
export function listSchemaOf(definition: AnyResourceDefinition): MessageSchema {
  return message(`${definition.schema.name}List`, {
    kind: opt(0, string),
    apiVersion: opt(0, string),
    metadata: opt(1, ListMeta),
    items: req(2, list(definition.schema)),
  });
}
