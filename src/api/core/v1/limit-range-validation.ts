import { checkEach, checkText } from '#api/checks.ts';
import { append } from '#base/append.ts';
import { duplicate, type FieldError, FieldPath, forbidden, invalid, required } from '#machinery/errors/field-error.ts';
import { isQualifiedName } from '#machinery/names/label.ts';
import { parseQuantity } from '#machinery/quantity/parse-quantity.ts';
import type { LimitRange, LimitRangeItem } from './limit-range.ts';
import { canOvercommit, validateContainerResourceName, validateResourceName } from './resource-validation.ts';

const LIMITS = new FieldPath('spec').child('limits');
const LISTS = ['max', 'min', 'default', 'defaultRequest', 'maxLimitRequestRatio'] as const;

export function validateLimitRange({ spec }: LimitRange): FieldError[] {
  const types = new Set<string>();
  return checkEach(spec?.limits, LIMITS, (item, at) => {
    const errors = validateType(item.type, at.child('type'));
    if (types.has(item.type)) errors.push(duplicate(at.child('type'), item.type));
    types.add(item.type);
    return [...errors, ...validateItem(item, at)];
  });
}

const TYPES = ['Pod', 'Container', 'PersistentVolumeClaim'];

function validateType(type: string, field: FieldPath): FieldError[] {
  const errors = checkText(field, type, isQualifiedName);
  if (errors.length > 0 || type.includes('/') || TYPES.includes(type)) return errors;
  return [invalid(field, type, 'must be a standard limit type or fully qualified')];
}

function validateItem(item: LimitRangeItem, field: FieldPath): FieldError[] {
  const isOfPods = item.type === 'Pod';
  const validateName = isOfPods || item.type === 'Container' ? validateContainerResourceName : validateResourceName;
  const namesOf = (list: (typeof LISTS)[number]) =>
    Object.keys(item[list] ?? {}).flatMap((name) => validateName(name, field.child(list).key(name)));
  const errors = [...namesOf('max'), ...namesOf('min')];
  for (const list of ['default', 'defaultRequest'] as const) {
    if (!isOfPods) append(errors, namesOf(list));
    else if (Object.keys(item[list] ?? {}).length > 0)
      errors.push(forbidden(field.child(list), "may not be specified when `type` is 'Pod'"));
  }
  if (item.type === 'PersistentVolumeClaim' && !item.min?.['storage'] && !item.max?.['storage'])
    errors.push(
      required(field.child('limits'), 'either minimum or maximum storage value is required, but neither was provided'),
    );
  append(errors, namesOf('maxLimitRequestRatio'));
  const { default: _, defaultRequest: _request, ...others } = item;
  const compared = isOfPods ? (others as LimitRangeItem) : item;
  const names = new Set(LISTS.flatMap((list) => Object.keys(compared[list] ?? {})));
  for (const name of [...names].sort())
    append(errors, [
      ...orderErrors(compared, name, field),
      ...ratioErrors(compared, name, field),
      ...promiseErrors(compared, name, field),
    ]);
  return errors;
}

type List = Exclude<(typeof LISTS)[number], 'maxLimitRequestRatio'>;

interface Order {
  readonly low: readonly [list: List, name: string];
  readonly high: readonly [list: List, name: string];
  /** Where the error stands. */
  readonly at: List;
  /** Whose value it shows. */
  readonly shown: List;
}

/** Which list may not exceed which, and what they are called in messages. */
const ORDERS: readonly Order[] = [
  { low: ['min', 'min'], high: ['max', 'max'], at: 'min', shown: 'min' },
  {
    low: ['min', 'min'],
    high: ['defaultRequest', 'default request'],
    at: 'defaultRequest',
    shown: 'defaultRequest',
  },
  { low: ['defaultRequest', 'default request'], high: ['max', 'max'], at: 'defaultRequest', shown: 'defaultRequest' },
  {
    low: ['defaultRequest', 'default request'],
    high: ['default', 'default limit'],
    at: 'defaultRequest',
    shown: 'defaultRequest',
  },
  { low: ['min', 'min'], high: ['default', 'default'], at: 'default', shown: 'min' },
  { low: ['default', 'default'], high: ['max', 'max'], at: 'default', shown: 'max' },
];

const orderErrors = (item: LimitRangeItem, name: string, field: FieldPath): FieldError[] =>
  ORDERS.flatMap(({ low: [low, lowName], high: [high, highName], at, shown }) => {
    const small = item[low]?.[name];
    const large = item[high]?.[name];
    if (small === undefined || large === undefined) return [];
    if (parseQuantity(small).compare(parseQuantity(large)) <= 0) return [];
    const detail = `${lowName} value ${small} is greater than ${highName} value ${large}`;
    return [invalid(field.child(at).key(name), item[shown]?.[name], detail)];
  });

/** What cannot be promised twice is limited to what is requested. */
function promiseErrors(
  { default: limits, defaultRequest }: LimitRangeItem,
  name: string,
  field: FieldPath,
): FieldError[] {
  const limit = limits?.[name];
  const request = defaultRequest?.[name];
  if (limit === undefined || request === undefined || canOvercommit(name)) return [];
  if (parseQuantity(limit).compare(parseQuantity(request)) === 0) return [];
  const detail = `default value ${limit} must equal to defaultRequest value ${request} in ${name}`;
  return [invalid(field.child('defaultRequest').key(name), request, detail)];
}

function ratioErrors({ min, max, maxLimitRequestRatio }: LimitRangeItem, name: string, field: FieldPath): FieldError[] {
  const ratio = maxLimitRequestRatio?.[name];
  if (ratio === undefined) return [];
  const at = field.child('maxLimitRequestRatio').key(name);
  const errors = parseQuantity(ratio).milliValue() < 1000 ? [invalid(at, ratio, `ratio ${ratio} is less than 1`)] : [];
  const low = min?.[name];
  const high = max?.[name];
  if (low === undefined || high === undefined || parseQuantity(low).isZero) return errors;
  const most = parseQuantity(high).toNumber() / parseQuantity(low).toNumber();
  if (parseQuantity(ratio).toNumber() > most)
    errors.push(invalid(at, ratio, `ratio ${ratio} is greater than max/min = ${most.toFixed(6)}`));
  return errors;
}
