import type { SubjectAccessReview } from '#api/authorization/v1/subject-access-review.ts';
import type { Clock } from '#base/clock.ts';
import { type HttpsAccess, JsonRequestError, requestJson } from '../authentication/json-request.ts';
import { withRetries } from '../authentication/retry.ts';
import { type Attributes, type Authorizer, isPathAttributes, type Opinion } from './authorizer.ts';
import { compileMatchConditions } from './match-conditions.ts';

/** A service that decides for this server. */
export interface AuthorizationWebhookOptions extends HttpsAccess {
  /** Takes SubjectAccessReviews of `authorization.k8s.io` with POST. */
  readonly url: string;
  /** The version of those reviews; `v1` by default. */
  readonly version?: 'v1' | 'v1beta1';
  /** How long a permission is believed, in milliseconds; five minutes by default. */
  readonly authorizedTtlMs?: number;
  /** How long anything else is believed; half a minute by default. */
  readonly unauthorizedTtlMs?: number;
  /** How long an answer is waited for; half a minute by default. */
  readonly timeoutMs?: number;
  /** What it means that it cannot be asked; `NoOpinion` by default. */
  readonly failurePolicy?: 'NoOpinion' | 'Deny';
  /** Expressions about the review that must all hold for it to be asked. */
  readonly matchConditions?: readonly string[];
}

const AUTHORIZED_MS = 300_000;
const UNAUTHORIZED_MS = 30_000;
const MAX_ENTRIES = 8192;
/** Longer questions may be made up to fill the memory. */
const LONGEST_KEPT = 10_000;
/** Reviews know no others; leaving out what restricts makes the question wider. */
const OPERATORS = ['In', 'NotIn', 'Exists', 'DoesNotExist'];

/** Asks a webhook. When it cannot be reached it has no opinion or refuses, as its policy says, and the error is told. */
export function createWebhookAuthorizer(options: AuthorizationWebhookOptions, clock: Clock): Authorizer {
  const { url, authorizedTtlMs = AUTHORIZED_MS, unauthorizedTtlMs = UNAUTHORIZED_MS, timeoutMs } = options;
  const { version = 'v1' } = options;
  const onError = options.failurePolicy === 'Deny' ? 'deny' : 'no opinion';
  const isAsked = options.matchConditions?.length ? compileMatchConditions(options.matchConditions) : () => true;
  const cache = new Map<string, { readonly until: number; readonly opinion: Opinion }>();
  const ask = async (key: string, spec: object): Promise<Opinion> => {
    const review = { kind: 'SubjectAccessReview', apiVersion: `authorization.k8s.io/${version}`, metadata: {}, spec };
    try {
      const answer = await withRetries(clock, () => requestJson(url, { access: options, body: review, timeoutMs }));
      const opinion = opinionOf(answer as SubjectAccessReview);
      const ttl = opinion.decision === 'allow' ? authorizedTtlMs : unauthorizedTtlMs;
      if (ttl === 0 || key.length >= LONGEST_KEPT) return opinion;
      if (cache.size >= MAX_ENTRIES) cache.clear();
      cache.set(key, { until: clock.monotonic() + ttl, opinion });
      return opinion;
    } catch (error) {
      if (!(error instanceof JsonRequestError)) throw error;
      return { decision: onError, reason: '', error: error.message };
    }
  };
  return {
    authorize(attributes) {
      const match = isAsked(askedOf(attributes));
      if (match === false) return { decision: 'no opinion', reason: '' };
      if (match !== true) return { decision: onError, reason: '', error: match };
      const spec = specOf(attributes, version);
      const key = JSON.stringify(spec);
      const known = cache.get(key);
      return known !== undefined && known.until > clock.monotonic() ? known.opinion : ask(key, spec);
    },
  };
}

function specOf(attributes: Attributes, version: 'v1' | 'v1beta1'): object {
  const { name, groups, uid, extra } = attributes.user;
  const member = version === 'v1' ? 'groups' : 'group';
  const who = { user: name, [member]: groups, ...(uid ? { uid } : {}), ...(extra ? { extra } : {}) };
  if (isPathAttributes(attributes)) {
    return { ...who, nonResourceAttributes: { path: attributes.path, verb: attributes.verb } };
  }
  const { user: _, fieldSelector, labelSelector, ...resource } = attributes;
  const labels = labelSelector?.filter(({ operator }) => OPERATORS.includes(operator)) ?? [];
  return {
    ...who,
    resourceAttributes: {
      ...Object.fromEntries(Object.entries(resource).filter(([, value]) => value !== '')),
      ...(fieldSelector?.length ? { fieldSelector: { requirements: fieldSelector } } : {}),
      ...(labels.length > 0 ? { labelSelector: { requirements: labels } } : {}),
    },
  };
}

/** What conditions see of a review: what is empty is there all the same. */
function askedOf(attributes: Attributes): object {
  const { extra = {}, uid = '' } = attributes.user;
  const spec: { readonly resourceAttributes?: object } = specOf(attributes, 'v1');
  if (isPathAttributes(attributes)) return { ...spec, uid, extra };
  const { namespace, verb, group, version, resource, subresource, name } = attributes;
  const texts = { namespace, verb, group, version, resource, subresource, name };
  return { ...spec, uid, extra, resourceAttributes: { ...texts, ...spec.resourceAttributes } };
}

function opinionOf({ status }: SubjectAccessReview): Opinion {
  const { allowed = false, denied = false, reason = '' } = status ?? {};
  if (allowed && denied) {
    return { decision: 'deny', reason, error: 'webhook subject access review returned both allow and deny response' };
  }
  return { decision: allowed ? 'allow' : denied ? 'deny' : 'no opinion', reason };
}
