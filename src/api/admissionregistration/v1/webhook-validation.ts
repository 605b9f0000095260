import { checkEach, checkNumber, optionalOneOf, requireText } from '#api/checks.ts';
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
import { isValidPortNumber } from '#machinery/names/port.ts';
import { validateMatchConditions } from './match-validation.ts';
import type { MutatingWebhook } from './mutating-webhook-configuration.ts';
import { validateRule } from './rule-validation.ts';
import type { ValidatingWebhook } from './validating-webhook-configuration.ts';
import type { WebhookClientConfig } from './webhook-client-config.ts';

type Webhook = MutatingWebhook | ValidatingWebhook;

const REVIEW_VERSIONS = ['v1', 'v1beta1'];
const SIDE_EFFECTS = ['None', 'NoneOnDryRun'];

/** The rules of all webhooks of one configuration. */
export function validateWebhooks(webhooks: readonly Webhook[] | undefined): FieldError[] {
  const names = new Set<string>();
  return checkEach(webhooks, new FieldPath('webhooks'), (webhook, at) => {
    const errors = validateWebhook(webhook, at);
    if (webhook.name && names.has(webhook.name)) errors.push(duplicate(at.child('name'), webhook.name));
    names.add(webhook.name);
    return errors;
  });
}

function validateWebhook(webhook: Webhook, field: FieldPath): FieldError[] {
  const { timeoutSeconds } = webhook;
  const errors = [
    ...requireText(field.child('name'), webhook.name, isFullyQualifiedName),
    ...validateVersions(webhook.admissionReviewVersions, field.child('admissionReviewVersions')),
    ...checkEach(webhook.rules, field.child('rules'), validateRule),
    ...optionalOneOf(field.child('failurePolicy'), webhook.failurePolicy, ['Fail', 'Ignore']),
    ...optionalOneOf(field.child('matchPolicy'), webhook.matchPolicy, ['Equivalent', 'Exact']),
    ...validateSideEffects(webhook.sideEffects, field.child('sideEffects')),
  ];
  if (timeoutSeconds !== undefined && (timeoutSeconds < 1 || timeoutSeconds > 30)) {
    const detail = 'the timeout value must be between 1 and 30 seconds';
    errors.push(invalid(field.child('timeoutSeconds'), timeoutSeconds, detail));
  }
  if ('reinvocationPolicy' in webhook) {
    const at = field.child('reinvocationPolicy');
    errors.push(...optionalOneOf(at, webhook.reinvocationPolicy, ['IfNeeded', 'Never']));
  }
  return [
    ...errors,
    ...validateLabelSelector(webhook.namespaceSelector, field.child('namespaceSelector')),
    ...validateLabelSelector(webhook.objectSelector, field.child('objectSelector')),
    ...validateClientConfig(webhook.clientConfig, field.child('clientConfig')),
    ...validateMatchConditions(webhook.matchConditions, field.child('matchConditions')),
  ];
}

function validateVersions(versions: readonly string[], field: FieldPath): FieldError[] {
  const known = REVIEW_VERSIONS.join(', ');
  if (versions.length === 0) return [required(field, `must specify one of ${known}`)];
  const seen = new Set<string>();
  const errors = checkEach(versions, field, (version, at) => {
    if (seen.has(version)) return [invalid(at, version, 'duplicate version')];
    seen.add(version);
    return isDNS1035Label(version).map((detail) => invalid(at, version, detail));
  });
  if (errors.length === 0 && !versions.some((version) => REVIEW_VERSIONS.includes(version))) {
    errors.push(invalid(field, versions, `must include at least one of ${known}`));
  }
  return errors;
}

function validateSideEffects(sideEffects: string | undefined, field: FieldPath): FieldError[] {
  if (sideEffects === undefined) return [required(field, `must specify one of ${SIDE_EFFECTS.join(', ')}`)];
  return SIDE_EFFECTS.includes(sideEffects) ? [] : [notSupported(field, sideEffects, SIDE_EFFECTS)];
}

/** Where a webhook is: an address or a service. Also for conversion webhooks. */
export function validateClientConfig({ url, service }: WebhookClientConfig, field: FieldPath): FieldError[] {
  if ((url === undefined) === (service === undefined)) {
    return [required(field, 'exactly one of url or service is required')];
  }
  if (url !== undefined) return validateUrl(url, field.child('url'));
  if (service === undefined) return [];
  const at = field.child('service');
  const path = service.path ?? '';
  return [
    ...(service.name ? [] : [required(at.child('name'), 'service name is required')]),
    ...(service.namespace ? [] : [required(at.child('namespace'), 'service namespace is required')]),
    ...(path === '' || path.startsWith('/') ? [] : [invalid(at.child('path'), path, "must start with a '/'")]),
    ...checkNumber(at.child('port'), service.port, (port) =>
      isValidPortNumber(port).map((detail) => `port is not valid: ${detail}`),
    ),
  ];
}

const URL_FORM = '; desired format: https://host[:port]/path';

function validateUrl(text: string, field: FieldPath): FieldError[] {
  if (!URL.canParse(text))
    return [required(field, `url must be a valid URL: parse ${JSON.stringify(text)}${URL_FORM}`)];
  const url = new URL(text);
  const scheme = url.protocol.slice(0, -1);
  const errors: FieldError[] = [];
  if (scheme !== 'https') {
    errors.push(invalid(field, scheme, `'https' is the only allowed URL scheme${URL_FORM}`));
  }
  if (url.host === '') errors.push(invalid(field, url.host, `host must be specified${URL_FORM}`));
  if (url.username || url.password) {
    errors.push(invalid(field, url.username, 'user information is not permitted in the URL'));
  }
  if (url.hash) errors.push(invalid(field, url.hash.slice(1), 'fragments are not permitted in the URL'));
  if (url.search) errors.push(invalid(field, url.search.slice(1), 'query parameters are not permitted in the URL'));
  return errors;
}
