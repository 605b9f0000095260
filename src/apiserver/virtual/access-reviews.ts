import type { LocalSubjectAccessReview } from '#api/authorization/v1/local-subject-access-review.ts';
import type { SelfSubjectAccessReview } from '#api/authorization/v1/self-subject-access-review.ts';
import type { SelfSubjectRulesReview } from '#api/authorization/v1/self-subject-rules-review.ts';
import type { SubjectAccessReview } from '#api/authorization/v1/subject-access-review.ts';
import { FieldPath, invalid, required } from '#machinery/errors/field-error.ts';
import { newBadRequest, newInvalid } from '#machinery/errors/status-error.ts';
import type { Attributes, Decision } from '../authorization/authorizer.ts';
import type { Rule } from '../authorization/rbac.ts';
import type { ResourceRequest } from '../request.ts';
import type { UserInfo } from '../user.ts';

/** Decides for anybody: the server's whole authorization chain. */
export type Decide = (attributes: Attributes) => Decision;

interface ReviewSpec {
  readonly resourceAttributes?:
    | {
        readonly namespace?: string | undefined;
        readonly verb?: string | undefined;
        readonly group?: string | undefined;
        readonly version?: string | undefined;
        readonly resource?: string | undefined;
        readonly subresource?: string | undefined;
        readonly name?: string | undefined;
      }
    | undefined;
  readonly nonResourceAttributes?:
    | { readonly path?: string | undefined; readonly verb?: string | undefined }
    | undefined;
}

/** May I? */
export const reviewSelf = (decide: Decide) => (review: SelfSubjectAccessReview, request: ResourceRequest) => {
  checkSpec(review.spec, 'SelfSubjectAccessReview');
  return { ...review, status: statusOf(decide(attributesOf(review.spec, request.user))) };
};

/** May they? */
export const reviewSubject = (decide: Decide) => (review: SubjectAccessReview) => {
  checkSpec(review.spec, 'SubjectAccessReview');
  return { ...review, status: statusOf(decide(attributesOf(review.spec, subjectOf(review.spec)))) };
};

/** May they, here? */
export const reviewLocalSubject = (decide: Decide) => (review: LocalSubjectAccessReview, request: ResourceRequest) => {
  checkSpec(review.spec, 'LocalSubjectAccessReview');
  const namespace = review.spec.resourceAttributes?.namespace ?? '';
  if (namespace !== request.target.namespace) {
    throw newBadRequest(
      `spec.resourceAttributes.namespace: Invalid value: ${JSON.stringify(namespace)}: must match metadata.namespace`,
    );
  }
  return { ...review, status: statusOf(decide(attributesOf(review.spec, subjectOf(review.spec)))) };
};

/** What may I do here? */
export const reviewRules =
  (rulesFor: (user: UserInfo, namespace: string) => readonly Rule[]) =>
  (review: SelfSubjectRulesReview, request: ResourceRequest) => {
    const namespace = review.spec.namespace ?? '';
    if (namespace === '') throw newBadRequest('no namespace on request');
    const rules = rulesFor(request.user, namespace);
    const resourceRules = rules.filter((rule) => (rule.resources ?? []).length > 0);
    const nonResourceRules = rules.filter((rule) => (rule.nonResourceURLs ?? []).length > 0);
    return {
      ...review,
      status: {
        resourceRules: resourceRules.map(({ verbs, apiGroups = [], resources = [], resourceNames }) => ({
          verbs,
          apiGroups,
          resources,
          ...(resourceNames?.length ? { resourceNames } : {}),
        })),
        nonResourceRules: nonResourceRules.map(({ verbs, nonResourceURLs = [] }) => ({ verbs, nonResourceURLs })),
        incomplete: false,
      },
    } as SelfSubjectRulesReview;
  };

const statusOf = ({ allowed, reason }: Decision) => ({ allowed, ...(reason ? { reason } : {}) });

function attributesOf(spec: ReviewSpec, user: UserInfo): Attributes {
  const { resourceAttributes: resource, nonResourceAttributes: path } = spec;
  if (path) return { user, verb: path.verb ?? '', path: path.path ?? '' };
  return {
    user,
    verb: resource?.verb ?? '',
    group: resource?.group ?? '',
    version: resource?.version || '*',
    resource: resource?.resource ?? '',
    subresource: resource?.subresource ?? '',
    namespace: resource?.namespace ?? '',
    name: resource?.name ?? '',
  };
}

function subjectOf(spec: {
  readonly user?: string | undefined;
  readonly groups?: readonly string[] | undefined;
  readonly uid?: string | undefined;
  readonly extra?: UserInfo['extra'] | undefined;
}): UserInfo {
  return {
    name: spec.user ?? '',
    groups: spec.groups ?? [],
    ...(spec.uid ? { uid: spec.uid } : {}),
    ...(spec.extra ? { extra: spec.extra } : {}),
  };
}

function checkSpec(
  spec:
    | (ReviewSpec & { readonly user?: string | undefined; readonly groups?: readonly string[] | undefined })
    | undefined,
  kind: string,
): void {
  const path = new FieldPath('spec');
  const errors = [];
  if (spec?.resourceAttributes && spec.nonResourceAttributes) {
    errors.push(
      invalid(
        path.child('nonResourceAttributes'),
        spec.nonResourceAttributes,
        'cannot be specified in combination with resourceAttributes',
      ),
    );
  }
  if (!spec?.resourceAttributes && !spec?.nonResourceAttributes) {
    errors.push(
      invalid(
        path.child('resourceAttributes'),
        spec?.nonResourceAttributes,
        'exactly one of nonResourceAttributes or resourceAttributes must be specified',
      ),
    );
  }
  if (kind !== 'SelfSubjectAccessReview' && !spec?.user && !spec?.groups?.length) {
    errors.push(required(path.child('user'), 'at least one of user or group must be specified'));
  }
  if (errors.length > 0) throw newInvalid({ group: 'authorization.k8s.io', kind }, '', errors);
}
