import { type FieldError, FieldPath, forbidden, invalid } from '#machinery/errors/field-error.ts';
import { newBadRequest, newInvalid } from '#machinery/errors/status-error.ts';
import { parseTime } from '#machinery/objects/time.ts';
import { isTrue } from '../request.ts';

const FLAGS = ['follow', 'previous', 'timestamps', 'insecureSkipTLSVerifyBackend'];
const NUMBERS = ['sinceSeconds', 'tailLines', 'limitBytes'];
/** The least that makes sense, and how upstream says so. */
const LEAST: Readonly<Record<string, readonly [number, string]>> = {
  tailLines: [0, 'must be greater than or equal to 0'],
  limitBytes: [1, 'must be greater than 0'],
  sinceSeconds: [1, 'must be greater than 0'],
};
const SINCE_TWICE = 'at most one of `sinceTime` or `sinceSeconds` may be specified';

/**
 * What a query asks of a log, in plain form: flags that are on as `true`, and only what is asked for. Throws a 400 for what
 * cannot be read, and a 422 for what makes no sense.
 */
export function readLogOptions(query: URLSearchParams, pod: string): URLSearchParams {
  const options = new URLSearchParams();
  for (const name of FLAGS) if (isTrue(query.get(name) ?? 'false')) options.set(name, 'true');
  for (const name of [...NUMBERS, 'sinceTime', 'container', 'stream']) {
    const text = query.get(name);
    if (text !== null && text !== '') options.set(name, text);
  }
  for (const name of NUMBERS) checkNumber(options.get(name));
  checkTime(options.get('sinceTime'));
  const errors = faultsOf(options);
  if (errors.length > 0) throw newInvalid({ group: '', kind: 'PodLogOptions' }, pod, errors);
  return options;
}

function checkNumber(text: string | null): void {
  if (text === null || /^[+-]?\d+$/.test(text)) return;
  throw newBadRequest(`strconv.ParseInt: parsing ${JSON.stringify(text)}: invalid syntax`);
}

function checkTime(text: string | null): void {
  if (text === null || !Number.isNaN(parseTime(text))) return;
  const layout = '2006-01-02T15:04:05Z07:00';
  throw newBadRequest(
    `parsing time ${JSON.stringify(text)} as "${layout}": cannot parse ${JSON.stringify(text)} as "2006"`,
  );
}

function faultsOf(options: URLSearchParams): FieldError[] {
  const both = options.has('sinceSeconds') && options.has('sinceTime');
  const errors = ['tailLines', 'limitBytes', ...(both ? [] : ['sinceSeconds'])].flatMap((name) => {
    const [least, why] = LEAST[name] as readonly [number, string];
    const value = Number(options.get(name) ?? least);
    return value < least ? [invalid(new FieldPath(name), value, why)] : [];
  });
  if (both) errors.push(forbidden(new FieldPath(''), SINCE_TWICE));
  // Streams apart are a feature that is off.
  if (options.has('stream')) errors.push(forbidden(new FieldPath('stream'), 'may not be specified'));
  return errors;
}
