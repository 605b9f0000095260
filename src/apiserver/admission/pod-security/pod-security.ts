import { type Namespace, Namespaces } from '#api/core/v1/namespace.ts';
import { type Pod, Pods } from '#api/core/v1/pod.ts';
import { newInvalid } from '#machinery/errors/status-error.ts';
import { deepEqual } from '#machinery/objects/deep-equal.ts';
import type { AdmissionAttributes, AdmissionPlugin } from '../admission.ts';
import type { AdmissionReader } from '../admission-source.ts';
import { forbidden, isAbout } from '../requests.ts';
import type { PodShape } from './check.ts';
import { printDetails, violationsOf } from './evaluate.ts';
import { existingPodWarnings } from './existing-pods.ts';
import { isStricter, type LevelVersion, type Policy, policyOf, printStandard } from './level-version.ts';
import { isSignificantUpdate } from './significant-update.ts';
import { templateOf } from './templates.ts';

const PREFIX = 'pod-security.kubernetes.io/';
/** Parts of a pod that do not change what it may do. */
const HARMLESS = new Set(['exec', 'attach', 'binding', 'eviction', 'log', 'portforward', 'proxy', 'status']);

/** Holds pods to the level of the Pod Security Standards that their namespace's labels enforce, and warns beyond another. */
export function createPodSecurity(source: AdmissionReader): AdmissionPlugin {
  const policyFor = ({ target }: AdmissionAttributes) =>
    policyOf(source.get(Namespaces, '', target.namespace)?.metadata?.labels).policy;
  return {
    name: 'PodSecurity',
    validate(attributes) {
      const { operation, definition, target, object, oldObject } = attributes;
      if (operation !== 'CREATE' && operation !== 'UPDATE') return;
      if (isAbout(attributes, 'namespaces')) return checkNamespace(attributes, source);
      if (definition.group === '' && definition.plural === 'pods') {
        if (HARMLESS.has(target.subresource)) return;
        const { metadata = {}, spec } = object as Pod;
        if (!spec || (operation === 'UPDATE' && !isSignificantUpdate(object as Pod, oldObject as Pod))) return;
        const policy = policyFor(attributes);
        attributes.annotate?.(`${PREFIX}enforce-policy`, printStandard(policy.enforce));
        const found = violationText({ metadata, spec }, policy.enforce);
        if (found) auditOf({ metadata, spec }, policy.audit, attributes);
        if (found) throw forbidden(attributes, `violates ${found}`);
        return tell({ metadata, spec }, policy, attributes);
      }
      const template = target.subresource === '' ? templateOf(attributes) : undefined;
      if (template) tell(template, policyFor(attributes), attributes);
    },
  };
}

/** `PodSecurity "restricted:latest": …`, or nothing. */
function violationText(pod: PodShape, standard: LevelVersion): string | undefined {
  const violations = violationsOf(pod, standard);
  return violations.length === 0 ? undefined : `PodSecurity "${printStandard(standard)}": ${printDetails(violations)}`;
}

function auditOf(pod: PodShape, standard: LevelVersion, { annotate }: AdmissionAttributes): void {
  const found = annotate && violationText(pod, standard);
  if (found) annotate(`${PREFIX}audit-violations`, `would violate ${found}`);
}

/** Says in the audit log and to the client what is beyond the levels that are only watched. */
function tell(pod: PodShape, { audit, warn }: Policy, attributes: AdmissionAttributes): void {
  auditOf(pod, audit, attributes);
  const found = violationText(pod, warn);
  if (found) attributes.warnings.push(`would violate ${found}`);
}

/** Labels have to be right when they are set; pods that are there already are warned of when the level becomes stricter. */
function checkNamespace(
  { operation, definition, object, oldObject, warnings }: AdmissionAttributes,
  source: AdmissionReader,
): void {
  const { metadata } = object as Namespace;
  const name = metadata?.name ?? '';
  const { policy, errors } = policyOf(metadata?.labels);
  if (operation === 'CREATE') {
    if (errors.length > 0) throw newInvalid(definition, name, errors);
    return;
  }
  const before = policyOf(oldObject?.metadata?.labels);
  if (errors.length > 0 && !deepEqual(errors, before.errors)) throw newInvalid(definition, name, errors);
  const { enforce } = policy;
  const old = before.policy.enforce;
  const relaxed = enforce.version === old.version && !isStricter(enforce.level, old.level);
  if (enforce.level === 'privileged' || relaxed) return;
  warnings.push(...existingPodWarnings(name, source.list(Pods, name), enforce));
}
