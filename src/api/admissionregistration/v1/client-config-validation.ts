import { checkNumber } from '#api/checks.ts';
import { type FieldError, type FieldPath, invalid, required } from '#machinery/errors/field-error.ts';
import { isDNS1123Subdomain } from '#machinery/names/dns.ts';
import { isValidPortNumber } from '#machinery/names/port.ts';
import { parseUrl } from '#machinery/names/url.ts';
import type { WebhookClientConfig } from './webhook-client-config.ts';

/** So many segments that are wrong are told of, each with the whole path. */
const MOST_PATH_ERRORS = 100;

/** Where a webhook is: an address or a service. Also for conversion webhooks. */
export function validateClientConfig({ url, service }: WebhookClientConfig, field: FieldPath): FieldError[] {
  if ((url === undefined) === (service === undefined)) {
    return [required(field, 'exactly one of url or service is required')];
  }
  if (url !== undefined) return validateUrl(url, field.child('url'));
  if (service === undefined) return [];
  const at = field.child('service');
  return [
    // Upstream takes the one for the other.
    ...(service.namespace ? [] : [required(at.child('name'))]),
    ...(service.name ? [] : [required(at.child('namespace'))]),
    ...checkNumber(at.child('port'), service.port, (port) =>
      isValidPortNumber(port).map((detail) => `port is not valid: ${detail}`),
    ),
    ...pathErrors(service.path ?? '')
      .slice(0, MOST_PATH_ERRORS)
      .map((detail) => invalid(at.child('path'), service.path, detail)),
  ];
}

/** What is wrong with the path of a service, segment by segment. */
function pathErrors(path: string): string[] {
  if (path === '/' || path === '') return [];
  if (path === '//') return ['segment[0] may not be empty'];
  const errors = path.startsWith('/') ? [] : ["must start with a '/'"];
  const segments = path.slice(1).replace(/\/$/, '').split('/');
  return [
    ...errors,
    ...segments.flatMap((segment, index) =>
      segment === ''
        ? [`segment[${index}] may not be empty`]
        : isDNS1123Subdomain(segment).map((why) => `segment[${index}]: ${why}`),
    ),
  ];
}

const URL_FORM = '; desired format: https://host[/path]';

function validateUrl(text: string, field: FieldPath): FieldError[] {
  const url = parseUrl(text);
  if (typeof url === 'string') return [required(field, `url must be a valid URL: ${url}${URL_FORM}`)];
  const { scheme, user, host, query, fragment } = url;
  const errors: FieldError[] = [];
  if (scheme !== 'https') errors.push(invalid(field, scheme, `'https' is the only allowed URL scheme${URL_FORM}`));
  if (host === '') errors.push(invalid(field, host, `host must be specified${URL_FORM}`));
  if (user !== undefined) errors.push(invalid(field, user, 'user information is not permitted in the URL'));
  if (fragment) errors.push(invalid(field, fragment, 'fragments are not permitted in the URL'));
  if (query) errors.push(invalid(field, query, 'query parameters are not permitted in the URL'));
  return errors;
}
