import type { NonResourceAttributes } from '#api/authorization/v1/non-resource-attributes.ts';
import type { ResourceAttributes } from '#api/authorization/v1/resource-attributes.ts';
import type { KubernetesObject } from '#api/resource-definition.ts';
import { append } from '#base/append.ts';
import { type FieldError, FieldPath, forbidden, invalid, required } from '#machinery/errors/field-error.ts';
import { newInvalid } from '#machinery/errors/status-error.ts';
import { isQualifiedName } from '#machinery/names/label.ts';
import type { SelectorRequirement } from '../authorization/authorizer.ts';
import type { UserInfo } from '../user.ts';

/** The specs of all access reviews; those about oneself name nobody. */
export interface ReviewSpec {
  readonly resourceAttributes?: ResourceAttributes | null | undefined;
  readonly nonResourceAttributes?: NonResourceAttributes | null | undefined;
  readonly user?: string | undefined;
  readonly groups?: readonly string[] | undefined;
  readonly uid?: string | undefined;
  readonly extra?: UserInfo['extra'] | undefined;
}

type Review = KubernetesObject & { readonly spec: ReviewSpec };

const SPEC = new FieldPath('spec');

/** Throws a 422 for a SelfSubjectAccessReview that makes no sense. */
export function checkSelfReview(review: Review): void {
  refuse('SelfSubjectAccessReview', [...checkWhat(review.spec), ...checkMetadata(review)]);
}

/** Throws a 422 for a SubjectAccessReview that makes no sense. */
export function checkReview(review: Review): void {
  refuse('SubjectAccessReview', [...checkWhat(review.spec), ...checkWho(review.spec), ...checkMetadata(review)]);
}

/** Throws a 422 for a LocalSubjectAccessReview that makes no sense in its namespace. */
export function checkLocalReview(review: Review, namespace: string): void {
  const { resourceAttributes, nonResourceAttributes } = review.spec;
  const { namespace: _, managedFields: __, ...rest } = review.metadata ?? {};
  const errors = [...checkWhat(review.spec), ...checkWho(review.spec)];
  if (Object.keys(rest).length > 0) {
    errors.push(invalid(new FieldPath('metadata'), review.metadata, 'must be empty except for namespace'));
  }
  const named = resourceAttributes?.namespace ?? '';
  if (resourceAttributes && named !== namespace) {
    errors.push(invalid(SPEC.child('resourceAttributes', 'namespace'), named, 'must match metadata.namespace'));
  }
  if (nonResourceAttributes) {
    const field = SPEC.child('nonResourceAttributes');
    errors.push(invalid(field, nonResourceAttributes, 'disallowed on this kind of request'));
  }
  refuse('LocalSubjectAccessReview', errors);
}

function refuse(kind: string, errors: readonly FieldError[]): void {
  if (errors.length > 0) throw newInvalid({ group: 'authorization.k8s.io', kind }, '', errors);
}

function checkMetadata({ metadata }: Review): FieldError[] {
  const { managedFields: _, ...rest } = metadata ?? {};
  return Object.keys(rest).length > 0 ? [invalid(new FieldPath('metadata'), metadata, 'must be empty')] : [];
}

function checkWho({ user = '', groups = [] }: ReviewSpec): FieldError[] {
  if (user !== '' || groups.length > 0) return [];
  return [invalid(SPEC.child('user'), user, 'at least one of user or group must be specified')];
}

function checkWhat({ resourceAttributes: resource, nonResourceAttributes: path }: ReviewSpec): FieldError[] {
  const errors: FieldError[] = [];
  if (resource && path) {
    const detail = 'cannot be specified in combination with resourceAttributes';
    errors.push(invalid(SPEC.child('nonResourceAttributes'), path, detail));
  }
  if (!resource && !path) {
    const detail = 'exactly one of nonResourceAttributes or resourceAttributes must be specified';
    errors.push(invalid(SPEC.child('resourceAttributes'), null, detail));
  }
  const field = SPEC.child('resourceAttributes');
  if (resource?.fieldSelector) {
    append(errors, checkSelector(resource.fieldSelector, field.child('fieldSelector'), checkFieldRequirement));
  }
  if (resource?.labelSelector) {
    append(errors, checkSelector(resource.labelSelector, field.child('labelSelector'), checkLabelRequirement));
  }
  return errors;
}

function checkSelector(
  selector: {
    readonly rawSelector?: string | undefined;
    readonly requirements?: readonly SelectorRequirement[] | undefined;
  },
  field: FieldPath,
  check: (requirement: SelectorRequirement, field: FieldPath) => FieldError[],
): FieldError[] {
  const { rawSelector = '', requirements = [] } = selector;
  const errors: FieldError[] = [];
  if (rawSelector !== '' && requirements.length > 0) {
    const detail = 'may not specified at the same time as requirements';
    errors.push(invalid(field.child('rawSelector'), rawSelector, detail));
  }
  if (rawSelector === '' && requirements.length === 0) {
    const detail = `when ${field} is specified, requirements or rawSelector is required`;
    errors.push(required(field.child('requirements'), detail));
  }
  const each = field.child('requirements');
  return [...errors, ...requirements.flatMap((requirement, index) => check(requirement, each.index(index)))];
}

function checkFieldRequirement(requirement: SelectorRequirement, field: FieldPath): FieldError[] {
  const named = requirement.key === '' ? [required(field.child('key'), 'must be specified')] : [];
  return [...checkValues(requirement, field), ...named];
}

const checkLabelRequirement = (requirement: SelectorRequirement, field: FieldPath): FieldError[] => [
  ...checkValues(requirement, field),
  ...isQualifiedName(requirement.key).map((problem) => invalid(field.child('key'), requirement.key, problem)),
];

/** Operators of newer clients are let through: they restrict nothing here. */
function checkValues({ operator, values = [] }: SelectorRequirement, field: FieldPath): FieldError[] {
  const at = field.child('values');
  switch (operator) {
    case 'In':
    case 'NotIn':
      return values.length > 0 ? [] : [required(at, "must be specified when `operator` is 'In' or 'NotIn'")];
    case 'Exists':
    case 'DoesNotExist':
      return values.length === 0
        ? []
        : [forbidden(at, "may not be specified when `operator` is 'Exists' or 'DoesNotExist'")];
    default:
      return [];
  }
}
