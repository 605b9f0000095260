import { requireOneOf, requireText } from '#api/checks.ts';
import { validateLabelSelector } from '#api/meta/v1/label-selector-validation.ts';
import { type FieldError, type FieldPath, forbidden, invalid, required } from '#machinery/errors/field-error.ts';
import { isPathSegmentName } from '#machinery/names/path-segment.ts';
import { parseQuantity } from '#machinery/quantity/parse-quantity.ts';
import type { MetricIdentifier, MetricSpec, MetricTarget } from './metric-spec.ts';

/** The source that each type of metric has. */
const SOURCES = {
  ContainerResource: 'containerResource',
  External: 'external',
  Object: 'object',
  Pods: 'pods',
  Resource: 'resource',
} as const;

type Amount = 'averageUtilization' | 'averageValue' | 'value';

export function validateMetric(metric: MetricSpec, field: FieldPath): FieldError[] {
  if (!metric.type) return [required(field.child('type'), 'must specify a metric source type')];
  const errors = requireOneOf(field.child('type'), metric.type, Object.keys(SOURCES));
  if (errors.length > 0) return errors;
  const expected = SOURCES[metric.type as keyof typeof SOURCES];
  for (const name of Object.values(SOURCES)) {
    if (metric[name] !== undefined && name !== expected) {
      errors.push(forbidden(field.child(name), 'must populate the given metric source only'));
    }
  }
  if (metric[expected] === undefined) {
    return [...errors, required(field.child(expected), 'must populate information for the given metric source')];
  }
  return [...errors, ...validateSource(metric, field)];
}

function validateSource({ object, pods, resource, containerResource, external }: MetricSpec, field: FieldPath) {
  const errors: FieldError[] = [];
  if (object) {
    const at = field.child('object');
    errors.push(...requireText(at.child('describedObject', 'kind'), object.describedObject.kind, isPathSegmentName));
    errors.push(...requireText(at.child('describedObject', 'name'), object.describedObject.name, isPathSegmentName));
    errors.push(...validateIdentifier(object.metric, at.child('metric')));
    errors.push(...validateTarget(object.target, at.child('target'), ['value', 'averageValue']));
  }
  if (pods) {
    const at = field.child('pods');
    errors.push(...validateIdentifier(pods.metric, at.child('metric')));
    errors.push(...validateTarget(pods.target, at.child('target'), ['averageValue']));
  }
  if (external) {
    const at = field.child('external');
    errors.push(...validateIdentifier(external.metric, at.child('metric')));
    errors.push(...validateTarget(external.target, at.child('target'), ['value', 'averageValue']));
  }
  if (resource) errors.push(...validateResource(resource, field.child('resource')));
  if (containerResource) {
    const at = field.child('containerResource');
    errors.push(...requireText(at.child('container'), containerResource.container));
    errors.push(...validateResource(containerResource, at));
  }
  return errors;
}

function validateResource({ name, target }: { name: string; target: MetricTarget }, field: FieldPath): FieldError[] {
  if (!name) return [required(field.child('name'), 'must specify a resource name')];
  return validateTarget(target, field.child('target'), ['averageUtilization', 'averageValue']);
}

const validateIdentifier = ({ name, selector }: MetricIdentifier, field: FieldPath): FieldError[] => [
  ...requireText(field.child('name'), name, isPathSegmentName),
  ...validateLabelSelector(selector, field.child('selector')),
];

function validateTarget(target: MetricTarget, field: FieldPath, allowed: readonly Amount[]): FieldError[] {
  const errors: FieldError[] = [];
  const type = field.child('type');
  if (!target.type) errors.push(required(type, 'must specify a metric target type'));
  else if (!['Utilization', 'Value', 'AverageValue'].includes(target.type)) {
    errors.push(invalid(type, target.type, 'must be either Utilization, Value, or AverageValue'));
  }
  for (const name of ['value', 'averageValue'] as const) {
    const text = target[name];
    if (text !== undefined && parseQuantity(text).sign <= 0) {
      errors.push(invalid(field.child(name), text, 'must be positive'));
    }
  }
  const { averageUtilization } = target;
  if (averageUtilization !== undefined && averageUtilization < 1) {
    errors.push(invalid(field.child('averageUtilization'), averageUtilization, 'must be greater than 0'));
  }
  return [...errors, ...validateChoice(target, field, allowed)];
}

/** One of the amounts that this kind of metric can aim at, and no second one. */
function validateChoice(target: MetricTarget, field: FieldPath, allowed: readonly Amount[]): FieldError[] {
  const given = allowed.filter((name) => target[name] !== undefined);
  const first = allowed[0] as Amount;
  if (given.length === 1) return [];
  if (given.length > 1) {
    return [forbidden(field.child(first), `may not set both ${allowed.join(' and ')}`)];
  }
  return [
    required(
      field.child(first),
      allowed.length === 1 ? `must specify a positive target ${first}` : `must set either ${allowed.join(' or ')}`,
    ),
  ];
}
