import { checkText, requireOneOf, requireText } from '#api/checks.ts';
import { type FieldError, type FieldPath, forbidden, invalid, required } from '#machinery/errors/field-error.ts';
import { isDNS1123Label } from '#machinery/names/dns.ts';
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
    const target = at.child('target');
    errors.push(...validateTarget(object.target, target));
    if (object.target.value === undefined && object.target.averageValue === undefined)
      errors.push(required(target.child('averageValue'), 'must set either a target value or averageValue'));
  }
  if (pods) {
    const at = field.child('pods');
    errors.push(...validateIdentifier(pods.metric, at.child('metric')));
    const target = at.child('target');
    errors.push(...validateTarget(pods.target, target));
    if (pods.target.averageValue === undefined)
      errors.push(required(target.child('averageValue'), 'must specify a positive target averageValue'));
  }
  if (external) {
    const at = field.child('external');
    errors.push(...validateIdentifier(external.metric, at.child('metric')));
    const target = at.child('target');
    const { value, averageValue } = external.target;
    errors.push(...validateTarget(external.target, target));
    if (value === undefined && averageValue === undefined)
      errors.push(
        required(target.child('averageValue'), 'must set either a target value for metric or a per-pod target'),
      );
    if (value !== undefined && averageValue !== undefined)
      errors.push(forbidden(target.child('value'), 'may not set both a target value for metric and a per-pod target'));
  }
  if (resource) errors.push(...validateResource(resource, field.child('resource')));
  if (containerResource) {
    const at = field.child('containerResource');
    if (!containerResource.container) errors.push(required(at.child('container'), 'must specify a container'));
    else errors.push(...checkText(at.child('container'), containerResource.container, isDNS1123Label));
    errors.push(...validateResource(containerResource, at));
  }
  return errors;
}

function validateResource({ name, target }: { name: string; target: MetricTarget }, field: FieldPath): FieldError[] {
  const at = field.child('target');
  const { averageUtilization, averageValue } = target;
  const errors = name ? [] : [required(field.child('name'), 'must specify a resource name')];
  errors.push(...validateTarget(target, at));
  if (averageUtilization === undefined && averageValue === undefined)
    errors.push(required(at.child('averageUtilization'), 'must set either a target raw value or a target utilization'));
  if (averageUtilization !== undefined && averageValue !== undefined)
    errors.push(forbidden(at.child('averageValue'), 'may not set both a target raw value and a target utilization'));
  return errors;
}

const validateIdentifier = ({ name }: MetricIdentifier, field: FieldPath): FieldError[] =>
  name
    ? checkText(field.child('name'), name, isPathSegmentName)
    : [required(field.child('name'), 'must specify a metric name')];

function validateTarget(target: MetricTarget, field: FieldPath): FieldError[] {
  const errors: FieldError[] = [];
  const type = field.child('type');
  if (!target.type) errors.push(required(type, 'must specify a metric target type'));
  if (!['Utilization', 'Value', 'AverageValue'].includes(target.type)) {
    errors.push(invalid(type, target.type ?? '', 'must be either Utilization, Value, or AverageValue'));
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
  return errors;
}
