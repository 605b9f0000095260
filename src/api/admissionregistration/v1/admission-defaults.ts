import type { Mutable } from '#machinery/schema/schema.ts';
import type { MatchResources, RuleWithOperations } from './match-resources.ts';
import type { MutatingWebhook } from './mutating-webhook-configuration.ts';
import type { ValidatingWebhook } from './validating-webhook-configuration.ts';

const HTTPS_PORT = 443;

/** Fills what a webhook leaves open: it fails closed, after ten seconds, and hears of everything its rules name. */
export function applyWebhookDefaults(webhook: Mutable<MutatingWebhook | ValidatingWebhook>): void {
  webhook.failurePolicy ??= 'Fail';
  webhook.matchPolicy ??= 'Equivalent';
  webhook.namespaceSelector ??= {};
  webhook.objectSelector ??= {};
  webhook.timeoutSeconds ??= 10;
  if (webhook.clientConfig?.service) webhook.clientConfig.service.port ??= HTTPS_PORT;
  webhook.rules?.forEach(applyRuleDefaults);
}

/** Fills what a policy's constraints leave open. */
export function applyMatchDefaults(match: Mutable<MatchResources> | undefined): void {
  if (match === undefined) return;
  match.matchPolicy ??= 'Equivalent';
  match.namespaceSelector ??= {};
  match.objectSelector ??= {};
  match.resourceRules?.forEach(applyRuleDefaults);
  match.excludeResourceRules?.forEach(applyRuleDefaults);
}

function applyRuleDefaults(rule: Mutable<RuleWithOperations>): void {
  rule.scope ??= '*';
}
