import type { Pod } from '#api/core/v1/pod.ts';
import type { Clock } from '#base/clock.ts';
import type { StatusError } from '#machinery/errors/status-error.ts';
import type { Mutable } from '#machinery/schema/schema.ts';
import { JsonRequestError, requestJson } from '../../authentication/json-request.ts';
import { withRetries } from '../../authentication/retry.ts';
import type { AdmissionAttributes, AdmissionPlugin } from '../admission.ts';
import { forbidden, isAbout } from '../requests.ts';
import type { ImagePolicy } from './image-policy-configuration.ts';

const NAME = 'ImagePolicyWebhook';
const AUDIT_PREFIX = 'imagepolicywebhook.image-policy.k8s.io/';
/** Says on a pod that nobody could be asked. */
const FAILED_OPEN = 'alpha.image-policy.k8s.io/failed-open';
const OF_POLICY = '.image-policy.k8s.io/';
const MAX_ENTRIES = 1024;

interface ReviewStatus {
  readonly allowed?: boolean;
  readonly reason?: string;
  readonly auditAnnotations?: Readonly<Record<string, string>>;
}

interface Known {
  readonly until: number;
  readonly status: ReviewStatus;
}

/** Asks a service whether the images of a pod may run. */
export function createImagePolicyWebhook(
  { clock }: { readonly clock: Clock },
  policy: ImagePolicy | undefined,
): AdmissionPlugin {
  const known = new Map<string, Known>();
  const ask = async (spec: object): Promise<ReviewStatus> => {
    if (policy?.target === undefined) throw new JsonRequestError('no config specified');
    const { target, allowTtlMs, denyTtlMs, retryBackoffMs } = policy;
    const key = JSON.stringify(spec);
    const before = known.get(key);
    if (before !== undefined && before.until > clock.monotonic()) return before.status;
    const review = { kind: 'ImageReview', apiVersion: 'imagepolicy.k8s.io/v1alpha1', metadata: {}, spec, status: {} };
    const send = () => requestJson(target.url, { access: target, body: review });
    const { status = {} } = (await withRetries(clock, send, retryBackoffMs)) as { status?: ReviewStatus };
    if (known.size >= MAX_ENTRIES) known.clear();
    known.set(key, { until: clock.monotonic() + (status.allowed ? allowTtlMs : denyTtlMs), status });
    return status;
  };
  return {
    name: NAME,
    resources: ['pods'],
    async validate(attributes) {
      const spec = specOf(attributes);
      if (spec === undefined) return;
      try {
        const status = await ask(spec);
        for (const [key, value] of Object.entries(status.auditAnnotations ?? {})) {
          attributes.annotate?.(AUDIT_PREFIX + key, value);
        }
        if (!status.allowed) throw refusal(attributes, status);
      } catch (error) {
        if (!(error instanceof JsonRequestError)) throw error;
        if (!policy?.defaultAllow) throw forbidden(attributes, error.message);
        attributes.annotate?.(`${AUDIT_PREFIX}failed-open`, 'true');
        markFailedOpen(attributes.object as Mutable<Pod>);
      }
    },
  };
}

/** What is asked about: the images of a whole pod, or those that are added to a running one. */
function specOf(attributes: AdmissionAttributes): object | undefined {
  const { operation, target, object } = attributes;
  if (operation !== 'CREATE' && operation !== 'UPDATE') return undefined;
  const isAdded = isAbout(attributes, 'pods', 'ephemeralcontainers');
  if (!isAdded && !isAbout(attributes, 'pods')) return undefined;
  const { metadata, spec } = object as Pod;
  const containers = isAdded
    ? (spec?.ephemeralContainers ?? [])
    : [...(spec?.containers ?? []), ...(spec?.initContainers ?? [])];
  const annotations = Object.entries(metadata?.annotations ?? {}).filter(([key]) => key.includes(OF_POLICY));
  return {
    containers: containers.map(({ image = '' }) => ({ image })),
    ...(annotations.length > 0 ? { annotations: Object.fromEntries(annotations) } : {}),
    namespace: target.namespace,
  };
}

const refusal = (attributes: AdmissionAttributes, { reason }: ReviewStatus): StatusError =>
  forbidden(
    attributes,
    reason
      ? `image policy webhook backend denied one or more images: ${reason}`
      : 'one or more images rejected by webhook backend',
  );

/** The only change that is made when all others have been: nobody judges it. */
function markFailedOpen(pod: Mutable<Pod>): void {
  const metadata = (pod.metadata ??= {});
  metadata.annotations = { ...metadata.annotations, [FAILED_OPEN]: 'true' };
}
