import { checkNumber } from '#api/checks.ts';
import { type FieldError, type FieldPath, invalid, required } from '#machinery/errors/field-error.ts';
import { isValidPortNumber } from '#machinery/names/port.ts';
import type { WebhookClientConfig } from './webhook-client-config.ts';

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
