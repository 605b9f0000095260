import { type Namespace, Namespaces } from '#api/core/v1/namespace.ts';
import { type Pod, Pods } from '#api/core/v1/pod.ts';
import { append } from '#base/append.ts';
import type { FieldError } from '#machinery/errors/field-error.ts';
import { newInvalid } from '#machinery/errors/status-error.ts';
import { deepEqual } from '#machinery/objects/deep-equal.ts';
import type { AdmissionAttributes, AdmissionPlugin } from '../admission.ts';
import type { AdmissionReader } from '../admission-source.ts';
import { forbidden, isAbout, joinFindings } from '../requests.ts';
import type { PodShape } from './check.ts';
import { DEFAULT_CONFIGURATION, type PodSecurityConfiguration } from './configuration.ts';
import { printDetails, violationsOf } from './evaluate.ts';
import { existingPodWarnings } from './existing-pods.ts';
import { isStricter, type LevelVersion, type Policy, policyOf, printStandard } from './level-version.ts';
import { isSignificantUpdate } from './significant-update.ts';
import { templateOf } from './templates.ts';

const PREFIX = 'pod-security.kubernetes.io/';
/** Parts of a pod that do not change what it may do. */
const HARMLESS = new Set(['exec', 'attach', 'binding', 'eviction', 'log', 'portforward', 'proxy', 'status']);

type Exemption = 'namespace' | 'user' | 'runtimeClass';

/** Holds pods to the level of the Pod Security Standards that their namespace's labels enforce, and warns beyond another. */
export function createPodSecurity(
  source: AdmissionReader,
  configuration: PodSecurityConfiguration = DEFAULT_CONFIGURATION,
): AdmissionPlugin {
  const { defaults, exempt } = configuration;
  const exemption = ({ target, user }: AdmissionAttributes, pod: PodShape): Exemption | undefined => {
    if (exempt.namespaces.has(target.namespace)) return 'namespace';
    if (exempt.users.has(user.name)) return 'user';
    return exempt.runtimeClasses.has(pod.spec.runtimeClassName ?? '') ? 'runtimeClass' : undefined;
  };
  return {
    name: 'PodSecurity',
    validate(attributes) {
      const { operation, target } = attributes;
      if (operation !== 'CREATE' && operation !== 'UPDATE') return;
      if (isAbout(attributes, 'namespaces')) return checkNamespace(attributes, { source, configuration });
      const isPod = isAbout(attributes, 'pods', target.subresource);
      const pod = isPod ? podOf(attributes) : templateOf(attributes);
      if (pod === undefined) return;
      const reason = exemption(attributes, pod);
      if (reason) return attributes.annotate?.(`${PREFIX}exempt`, reason);
      const labels = source.get(Namespaces, '', target.namespace)?.metadata?.labels;
      const { policy, errors } = policyOf(labels, defaults);
      if (errors.length > 0) attributes.annotate?.(`${PREFIX}error`, `Failed to parse policy: ${printErrors(errors)}`);
      if (isPod) enforce(pod, policy, attributes);
      tell(pod, policy, attributes);
    },
  };
}

/** The pod of a request that may change what it does. */
function podOf({ operation, target, object, oldObject }: AdmissionAttributes): PodShape | undefined {
  if (HARMLESS.has(target.subresource)) return undefined;
  const { metadata = {}, spec } = object as Pod;
  if (!spec || (operation === 'UPDATE' && !isSignificantUpdate(object as Pod, oldObject as Pod))) return undefined;
  return { metadata, spec };
}

function enforce(pod: PodShape, policy: Policy, attributes: AdmissionAttributes): void {
  attributes.annotate?.(`${PREFIX}enforce-policy`, printStandard(policy.enforce));
  const found = violationText(pod, policy.enforce);
  if (found === undefined) return;
  auditOf(pod, policy.audit, attributes);
  throw forbidden(attributes, `violates ${found}`);
}

const printErrors = (errors: readonly FieldError[]): string =>
  joinFindings(errors.map(({ field, message }) => `${field}: ${message}`));

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
  { source, configuration }: { readonly source: AdmissionReader; readonly configuration: PodSecurityConfiguration },
): void {
  const { defaults, exempt } = configuration;
  const { metadata } = object as Namespace;
  const name = metadata?.name ?? '';
  const { policy, errors } = policyOf(metadata?.labels, defaults);
  const before = operation === 'CREATE' ? undefined : policyOf(oldObject?.metadata?.labels, defaults);
  if (errors.length > 0 && !deepEqual(errors, before?.errors)) throw newInvalid(definition, name, errors);
  if (before !== undefined && !isTightened(policy.enforce, before.policy.enforce)) return;
  if (exempt.namespaces.has(name))
    append(warnings, exemptionWarnings(name, policy, { defaults, labels: metadata?.labels }));
  else if (before !== undefined) {
    const pods = source.list(Pods, name).filter(({ spec }) => !exempt.runtimeClasses.has(spec?.runtimeClassName ?? ''));
    append(warnings, existingPodWarnings(name, pods, policy.enforce));
  }
}

const isTightened = (now: LevelVersion, before: LevelVersion): boolean =>
  now.level !== 'privileged' && (now.version !== before.version || isStricter(now.level, before.level));

const MODES = ['enforce', 'audit', 'warn'] as const;

/** Labels of an exempt namespace do nothing, which their author should know. */
function exemptionWarnings(
  name: string,
  policy: Policy,
  {
    defaults,
    labels = {},
  }: { readonly defaults: Policy; readonly labels?: Readonly<Record<string, string>> | undefined },
): string[] {
  const isDefault = MODES.every((mode) => {
    const [mine, theirs] = [policy[mode], defaults[mode]];
    return (mine.level === 'privileged' && theirs.level === 'privileged') || deepEqual(mine, theirs);
  });
  if (isDefault || MODES.every((mode) => policy[mode].level === 'privileged')) return [];
  const says = (mode: string) => PREFIX + mode in labels || `${PREFIX}${mode}-version` in labels;
  const said = MODES.filter((mode) => policy[mode].level !== 'privileged' && says(mode));
  const text = said.map((mode) => `${mode}=${printStandard(policy[mode])}`).join(', ');
  return [`namespace ${JSON.stringify(name)} is exempt from Pod Security, and the policy (${text}) will be ignored`];
}
