import { validateClientConfig } from '#api/admissionregistration/v1/client-config-validation.ts';
import { checkEach, checkText, requireOneOf } from '#api/checks.ts';
import { append } from '#base/append.ts';
import { type FieldError, type FieldPath, forbidden, invalid, required } from '#machinery/errors/field-error.ts';
import { isDNS1035Label } from '#machinery/names/dns.ts';
import type { CustomResourceConversion } from './custom-resource-definition.ts';

const KNOWN = ['v1', 'v1beta1'];
const ELSEWHERE = 'should not be set when strategy is not set to Webhook';

/** How objects come from one version to another. What a webhook is, is named as a part of the conversion itself. */
export function validateConversion({ strategy, webhook }: CustomResourceConversion, field: FieldPath): FieldError[] {
  const errors = requireOneOf(field.child('strategy'), strategy, ['None', 'Webhook']);
  const [client, reviews] = [field.child('webhookClientConfig'), field.child('conversionReviewVersions')];
  const versions = webhook?.conversionReviewVersions ?? [];
  if (strategy !== 'Webhook') {
    if (webhook?.clientConfig !== undefined) errors.push(forbidden(client, ELSEWHERE));
    if (versions.length > 0) errors.push(forbidden(reviews, ELSEWHERE));
    return errors;
  }
  if (webhook?.clientConfig === undefined) errors.push(required(client, 'required when strategy is set to Webhook'));
  else append(errors, validateClientConfig(webhook.clientConfig, client));
  return [...errors, ...validateReviewVersions(versions, reviews)];
}

function validateReviewVersions(versions: readonly string[], field: FieldPath): FieldError[] {
  if (versions.length === 0) return [required(field)];
  const seen = new Set<string>();
  const errors = checkEach(versions, field, (version, at) => {
    if (seen.has(version)) return [invalid(at, version, 'duplicate version')];
    seen.add(version);
    return checkText(at, version, isDNS1035Label);
  });
  if (versions.some((version) => KNOWN.includes(version))) return errors;
  return [...errors, invalid(field, versions, `must include at least one of ${KNOWN.join(', ')}`)];
}
