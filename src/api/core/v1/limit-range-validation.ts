import { checkEach, requireText } from '#api/checks.ts';
import { duplicate, type FieldError, FieldPath, forbidden, invalid, required } from '#machinery/errors/field-error.ts';
import { isQualifiedName } from '#machinery/names/label.ts';
import { parseQuantity } from '#machinery/quantity/parse-quantity.ts';
import type { LimitRange, LimitRangeItem } from './limit-range.ts';
import { validateResourceName } from './resource-validation.ts';

const LIMITS = new FieldPath('spec').child('limits');
const LISTS = ['max', 'min', 'default', 'defaultRequest', 'maxLimitRequestRatio'] as const;

export function validateLimitRange({ spec }: LimitRange): FieldError[] {
  const types = new Set<string>();
  return checkEach(spec?.limits, LIMITS, (item, at) => {
    const errors = requireText(at.child('type'), item.type, isQualifiedName);
    if (types.has(item.type)) errors.push(duplicate(at.child('type'), item.type));
    types.add(item.type);
    return [...errors, ...validateItem(item, at)];
  });
}

function validateItem(item: LimitRangeItem, field: FieldPath): FieldError[] {
  const errors: FieldError[] = [];
  if (item.type === 'Pod') {
    for (const list of ['default', 'defaultRequest'] as const)
      if (Object.keys(item[list] ?? {}).length > 0)
        errors.push(forbidden(field.child(list), "may not be specified when `type` is 'Pod'"));
  }
  if (item.type === 'PersistentVolumeClaim' && !item.min?.['storage'] && !item.max?.['storage'])
    errors.push(
      required(field.child('limits'), 'either minimum or maximum storage value is required, but neither was provided'),
    );
  const names = new Set(LISTS.flatMap((list) => Object.keys(item[list] ?? {})));
  for (const name of names) {
    for (const list of LISTS)
      if (item[list]?.[name] !== undefined) errors.push(...validateResourceName(name, field.child(list).key(name)));
    errors.push(...orderErrors(item, name, field), ...ratioErrors(item, name, field));
  }
  return errors;
}

type List = Exclude<(typeof LISTS)[number], 'maxLimitRequestRatio'>;

/** Which list may not exceed which, and what they are called in messages. The error stands at the first. */
const ORDERS: readonly (readonly [low: List, lowName: string, high: List, highName: string])[] = [
  ['min', 'min', 'max', 'max'],
  ['min', 'min', 'defaultRequest', 'default request'],
  ['defaultRequest', 'default request', 'max', 'max'],
  ['defaultRequest', 'default request', 'default', 'default limit'],
  ['min', 'min', 'default', 'default'],
  ['default', 'default', 'max', 'max'],
];
/** Where the error of an order stands, unless at the lower list. */
const AT_HIGHER = new Set(['min/defaultRequest', 'min/default']);

function orderErrors(item: LimitRangeItem, name: string, field: FieldPath): FieldError[] {
  return ORDERS.flatMap(([low, lowName, high, highName]) => {
    const small = item[low]?.[name];
    const large = item[high]?.[name];
    if (small === undefined || large === undefined) return [];
    if (parseQuantity(small).compare(parseQuantity(large)) <= 0) return [];
    const atHigher = AT_HIGHER.has(`${low}/${high}`);
    const place = field.child(atHigher ? high : low).key(name);
    return [
      invalid(place, atHigher ? large : small, `${lowName} value ${small} is greater than ${highName} value ${large}`),
    ];
  });
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
