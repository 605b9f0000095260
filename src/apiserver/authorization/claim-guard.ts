import { driversOfChanges } from '#api/resource/v1/allocated-devices.ts';
import { validateResourceClaimStatusUpdate } from '#api/resource/v1/claim-status-validation.ts';
import { validateResourceClaim, validateResourceClaimTemplate } from '#api/resource/v1/claim-validation.ts';
import type { ResourceClaim } from '#api/resource/v1/resource-claim.ts';
import type { ResourceClaimSpec } from '#api/resource/v1/resource-claim-spec.ts';
import type { ResourceClaimStatus } from '#api/resource/v1/resource-claim-status.ts';
import type { ResourceClaimTemplate } from '#api/resource/v1/resource-claim-template.ts';
import type { KubernetesObject } from '#api/resource-definition.ts';
import { type FieldError, FieldPath, forbidden } from '#machinery/errors/field-error.ts';
import { newInvalid } from '#machinery/errors/status-error.ts';
import { deepEqual } from '#machinery/objects/deep-equal.ts';
import type { AdmissionAttributes } from '../admission/admission.ts';
import type { WriteGuard } from '../registry/registry-parts.ts';
import { splitServiceAccountUser, type UserInfo } from '../user.ts';
import type { Decide, ResourceAttributes } from './authorizer.ts';
import { forbiddenError } from './forbidden.ts';

export interface ClaimGuardParts {
  readonly decide: Decide;
  readonly namespace: (name: string) => KubernetesObject | undefined;
}

const GROUP = 'resource.k8s.io';
const ADMIN_LABEL = 'resource.kubernetes.io/admin-access';
const NODE_NAME = 'authentication.kubernetes.io/node-name';
const STATUS = new FieldPath('status');

/**
 * Devices that others use may be had only in namespaces that are marked for it. Who may write the status of claims may
 * still not allocate devices, nor speak for a driver, without being allowed to.
 */
export function createClaimGuards(parts: ClaimGuardParts): Readonly<Record<string, WriteGuard>> {
  return {
    [`resourceclaims.${GROUP}`]: (attributes) => guardClaim(parts, attributes),
    [`resourceclaimtemplates.${GROUP}`]: (attributes) => {
      if (attributes.operation !== 'CREATE') return;
      const template = attributes.object as ResourceClaimTemplate;
      refuse(attributes, adminErrors(parts, attributes, requestOfAdmin(template.spec.spec)), () =>
        validateResourceClaimTemplate(template),
      );
    },
  };
}

async function guardClaim(parts: ClaimGuardParts, attributes: AdmissionAttributes): Promise<void> {
  const claim = attributes.object as ResourceClaim;
  if (attributes.operation === 'CREATE') {
    const errors = adminErrors(parts, attributes, requestOfAdmin(claim.spec));
    refuse(attributes, errors, () => validateResourceClaim(claim));
  } else if (attributes.target.subresource === 'status') {
    const old = attributes.oldObject as ResourceClaim;
    const [now, before] = [claim.status ?? {}, old.status ?? {}];
    const admin = resultOfAdmin(before) ? undefined : resultOfAdmin(now);
    const errors = [
      ...adminErrors(parts, attributes, admin),
      ...(await bindingErrors(parts, attributes, now, before)),
      ...(await driverErrors(parts, attributes, now, before)),
    ];
    refuse(attributes, errors, () => validateResourceClaimStatusUpdate(claim, old));
  }
}

/** What is not allowed is told together with what is wrong. */
function refuse({ object, definition }: AdmissionAttributes, errors: FieldError[], others: () => FieldError[]): void {
  if (errors.length > 0) throw newInvalid(definition, object?.metadata?.name ?? '', [...errors, ...others()]);
}

/** The first request for a device that is in use. */
function requestOfAdmin({ devices }: ResourceClaimSpec): FieldPath | undefined {
  const position = (devices?.requests ?? []).findIndex(({ exactly }) => exactly?.adminAccess);
  if (position < 0) return undefined;
  return new FieldPath('spec').child('devices', 'requests').index(position).child('adminAccess');
}

function resultOfAdmin({ allocation }: ResourceClaimStatus): FieldPath | undefined {
  const position = (allocation?.devices?.results ?? []).findIndex(({ adminAccess }) => adminAccess);
  if (position < 0) return undefined;
  return STATUS.child('allocation', 'devices', 'results').index(position).child('adminAccess');
}

function adminErrors(
  parts: ClaimGuardParts,
  { target }: AdmissionAttributes,
  field: FieldPath | undefined,
): FieldError[] {
  if (field === undefined) return [];
  const labels = parts.namespace(target.namespace)?.metadata?.labels ?? {};
  if (labels[ADMIN_LABEL] === 'true') return [];
  return [
    forbidden(field, `admin access to devices requires the \`${ADMIN_LABEL}: true\` label on the containing namespace`),
  ];
}

async function bindingErrors(
  parts: ClaimGuardParts,
  attributes: AdmissionAttributes,
  now: ResourceClaimStatus,
  before: ResourceClaimStatus,
): Promise<FieldError[]> {
  if (deepEqual(now.allocation, before.allocation) && deepEqual(now.reservedFor ?? [], before.reservedFor ?? []))
    return [];
  const { verb } = attributes.target;
  const refusal = await ask(parts, { ...asked(attributes), subresource: 'binding', namespace: '', name: '' });
  if (refusal === undefined) return [];
  const what = `changing status.allocation or status.reservedFor requires resource="resourceclaims/binding", verb="${verb}" permission`;
  return [forbidden(STATUS, `${what}: ${refusal}`)];
}

async function driverErrors(
  parts: ClaimGuardParts,
  attributes: AdmissionAttributes,
  now: ResourceClaimStatus,
  before: ResourceClaimStatus,
): Promise<FieldError[]> {
  const drivers = driversOfChanges(now, before);
  if (drivers.length === 0) return [];
  const scopes = isOnNode(attributes.user, nodeOf(now)) ? ['associated-node', 'arbitrary-node'] : ['arbitrary-node'];
  const verbs = scopes.map((scope) => `${scope}:${attributes.target.verb}`);
  const what = `changing status.devices requires resource="resourceclaims/driver", verb="[${verbs.join(' ')}]" permission`;
  const errors: FieldError[] = [];
  for (const name of drivers) {
    const refusal = await askEach(
      parts,
      verbs.map((verb) => ({ ...asked(attributes), verb, subresource: 'driver', name })),
    );
    if (refusal !== undefined) errors.push(forbidden(STATUS.child('devices'), `${what}: ${refusal}`));
  }
  return errors;
}

const asked = ({ user, target }: AdmissionAttributes): ResourceAttributes => ({
  user,
  verb: target.verb,
  group: target.group,
  version: target.version,
  resource: target.resource,
  subresource: target.subresource,
  namespace: target.namespace,
  name: target.name,
});

/** Why something is not allowed; undefined where it is. */
async function ask({ decide }: ClaimGuardParts, attributes: ResourceAttributes): Promise<string | undefined> {
  const { allowed, reason, evaluationError } = await decide(attributes);
  if (allowed) return undefined;
  const problem = [evaluationError, reason].filter(Boolean).join(': ');
  return forbiddenError(attributes, problem).message;
}

/** Why none of several is allowed, in the words of the first. */
async function askEach(parts: ClaimGuardParts, each: readonly ResourceAttributes[]): Promise<string | undefined> {
  let first: string | undefined;
  for (const attributes of each) {
    const refusal = await ask(parts, attributes);
    if (refusal === undefined) return undefined;
    first ??= refusal;
  }
  return first;
}

/** The node whose devices are allocated, where it is one and named as the scheduler does. */
function nodeOf({ allocation }: ResourceClaimStatus): string | undefined {
  const terms = allocation?.nodeSelector?.nodeSelectorTerms ?? [];
  const { matchExpressions = [], matchFields = [] } = terms[0] ?? {};
  const { key, operator, values = [] } = matchFields[0] ?? {};
  const isOne = terms.length === 1 && matchExpressions.length === 0 && matchFields.length === 1 && values.length === 1;
  return isOne && key === 'metadata.name' && operator === 'In' ? values[0] : undefined;
}

/** Whether an account speaks from a pod on the node. */
function isOnNode({ name, extra }: UserInfo, node: string | undefined): boolean {
  const names = extra?.[NODE_NAME] ?? [];
  return Boolean(node) && splitServiceAccountUser(name) !== undefined && names.length === 1 && names[0] === node;
}
