import { checkEach, optionalOneOf, requireText } from '#api/checks.ts';
import { validateLabelSelector } from '#api/meta/v1/label-selector-validation.ts';
import {
  duplicate,
  type FieldError,
  FieldPath,
  invalid,
  notSupported,
  required,
} from '#machinery/errors/field-error.ts';
import { isDNS1035Label, isFullyQualifiedName } from '#machinery/names/dns.ts';
import { deepEqual } from '#machinery/objects/deep-equal.ts';
import { validateClientConfig } from './client-config-validation.ts';
import { validateMatchConditions } from './match-validation.ts';
import type { MutatingWebhook } from './mutating-webhook-configuration.ts';
import { validateRule } from './rule-validation.ts';
import type { ValidatingWebhook } from './validating-webhook-configuration.ts';

type Webhook = MutatingWebhook | ValidatingWebhook;

const REVIEW_VERSIONS = ['v1', 'v1beta1'];
const HARMLESS = ['None', 'NoneOnDryRun'];
const SIDE_EFFECTS = ['None', 'NoneOnDryRun', 'Some', 'Unknown'];

/** What is asked of webhooks of one configuration that was stored without it is not asked of them again. */
interface Demands {
  readonly uniqueNames: boolean;
  readonly knownVersion: boolean;
  readonly sideEffects: readonly string[];
  readonly conditions: boolean;
}
const ALL: Demands = { uniqueNames: true, knownVersion: true, sideEffects: HARMLESS, conditions: true };

function demandsAfter(old: readonly Webhook[], webhooks: readonly Webhook[]): Demands {
  const conditions = (list: readonly Webhook[]) => list.map(({ matchConditions }) => matchConditions);
  return {
    uniqueNames: new Set(old.map(({ name }) => name)).size === old.length,
    knownVersion: old.every(({ admissionReviewVersions }) => hasKnownVersion(admissionReviewVersions)),
    sideEffects: old.every(({ sideEffects = '' }) => HARMLESS.includes(sideEffects)) ? HARMLESS : SIDE_EFFECTS,
    conditions: !deepEqual(conditions(webhooks), conditions(old)),
  };
}

/** The rules of all webhooks of one configuration; on updates with those that were stored. */
export function validateWebhooks(webhooks: readonly Webhook[] = [], old?: readonly Webhook[]): FieldError[] {
  const demands = old === undefined ? ALL : demandsAfter(old, webhooks);
  const names = new Set<string>();
  return checkEach(webhooks, new FieldPath('webhooks'), (webhook, at) => {
    const { name, admissionReviewVersions } = webhook;
    const errors = [
      ...validateWebhook(webhook, { field: at, demands }),
      ...validateVersions(admissionReviewVersions, { field: at.child('admissionReviewVersions'), demands }),
    ];
    if (demands.uniqueNames && name && names.has(name)) errors.push(duplicate(at.child('name'), name));
    names.add(name);
    return errors;
  });
}

type Place = { readonly field: FieldPath; readonly demands: Demands };

function validateWebhook(webhook: Webhook, { field, demands }: Place): FieldError[] {
  const { timeoutSeconds } = webhook;
  const errors = [
    ...requireText(field.child('name'), webhook.name, isFullyQualifiedName),
    ...checkEach(webhook.rules, field.child('rules'), validateRule),
    ...optionalOneOf(field.child('failurePolicy'), webhook.failurePolicy, ['Fail', 'Ignore']),
    ...optionalOneOf(field.child('matchPolicy'), webhook.matchPolicy, ['Equivalent', 'Exact']),
    ...validateSideEffects(webhook.sideEffects, { field: field.child('sideEffects'), demands }),
  ];
  if (timeoutSeconds !== undefined && (timeoutSeconds < 1 || timeoutSeconds > 30)) {
    const detail = 'the timeout value must be between 1 and 30 seconds';
    errors.push(invalid(field.child('timeoutSeconds'), timeoutSeconds, detail));
  }
  const reinvocation = 'reinvocationPolicy' in webhook ? webhook.reinvocationPolicy : undefined;
  return [
    ...errors,
    ...validateLabelSelector(webhook.namespaceSelector, field.child('namespaceSelector')),
    ...validateLabelSelector(webhook.objectSelector, field.child('objectSelector')),
    ...optionalOneOf(field.child('reinvocationPolicy'), reinvocation, ['IfNeeded', 'Never']),
    ...validateClientConfig(webhook.clientConfig, field.child('clientConfig')),
    ...(demands.conditions ? validateMatchConditions(webhook.matchConditions, field.child('matchConditions')) : []),
  ];
}

/** No versions at all are complained of elsewhere. */
const hasKnownVersion = (versions: readonly string[]): boolean =>
  versions.length === 0 || versions.some((version) => REVIEW_VERSIONS.includes(version));

function validateVersions(versions: readonly string[], { field, demands }: Place): FieldError[] {
  const known = REVIEW_VERSIONS.join(', ');
  if (versions.length === 0) return [required(field, `must specify one of ${known}`)];
  const seen = new Set<string>();
  const errors = checkEach(versions, field, (version, at) => {
    if (seen.has(version)) return [invalid(at, version, 'duplicate version')];
    seen.add(version);
    return isDNS1035Label(version).map((detail) => invalid(at, version, detail));
  });
  if (demands.knownVersion && !hasKnownVersion(versions)) {
    errors.push(invalid(field, versions, `must include at least one of ${known}`));
  }
  return errors;
}

function validateSideEffects(sideEffects: string | undefined, { field, demands }: Place): FieldError[] {
  const allowed = demands.sideEffects;
  if (sideEffects === undefined) return [required(field, `must specify one of ${allowed.join(', ')}`)];
  return allowed.includes(sideEffects) ? [] : [notSupported(field, sideEffects, allowed)];
}
