import { checkText } from '#api/checks.ts';
import { validateContainerResourceName } from '#api/core/v1/resource-validation.ts';
import { append } from '#base/append.ts';
import {
  type FieldError,
  type FieldPath,
  forbidden,
  invalid,
  notSupported,
  required,
} from '#machinery/errors/field-error.ts';
import { isDNS1123Label } from '#machinery/names/dns.ts';
import { isPathSegmentName } from '#machinery/names/path-segment.ts';
import { parseQuantity } from '#machinery/quantity/parse-quantity.ts';
import type {
  ContainerResourceMetricSource,
  ExternalMetricSource,
  MetricIdentifier,
  MetricSpec,
  MetricTarget,
  ObjectMetricSource,
  PodsMetricSource,
  ResourceMetricSource,
} from './metric-spec.ts';
import { type AcceptedVersions, validateReference } from './reference-validation.ts';

type Check<T> = (source: T, field: FieldPath, versions: AcceptedVersions) => FieldError[];

const checkObject: Check<ObjectMetricSource> = ({ describedObject, metric, target }, field, versions) => [
  ...validateReference(describedObject, field.child('describedObject'), versions),
  ...validateIdentifier(metric, field.child('metric')),
  ...validateTarget(target, field.child('target')),
  ...(target.value === undefined && target.averageValue === undefined
    ? [required(field.child('target', 'averageValue'), 'must set either a target value or averageValue')]
    : []),
];

const checkExternal: Check<ExternalMetricSource> = ({ metric, target }, field) => {
  const errors = [
    ...validateIdentifier(metric, field.child('metric')),
    ...validateTarget(target, field.child('target')),
  ];
  const [hasValue, hasAverage] = [target.value !== undefined, target.averageValue !== undefined];
  if (!hasValue && !hasAverage) {
    const detail = 'must set either a target value for metric or a per-pod target';
    errors.push(required(field.child('target', 'averageValue'), detail));
  }
  if (hasValue && hasAverage) {
    const detail = 'may not set both a target value for metric and a per-pod target';
    errors.push(forbidden(field.child('target', 'value'), detail));
  }
  return errors;
};

const checkPods: Check<PodsMetricSource> = ({ metric, target }, field) => [
  ...validateIdentifier(metric, field.child('metric')),
  ...validateTarget(target, field.child('target')),
  ...(target.averageValue === undefined
    ? [required(field.child('target', 'averageValue'), 'must specify a positive target averageValue')]
    : []),
];

const checkResource: Check<ResourceMetricSource> = ({ name, target }, field) => [
  ...(name ? [] : [required(field.child('name'), 'must specify a resource name')]),
  ...validateUsage(target, field.child('target')),
];

const checkContainerResource: Check<ContainerResourceMetricSource> = ({ name, container, target }, field) => [
  ...(name
    ? validateContainerResourceName(name, field.child('name'))
    : [required(field.child('name'), 'must specify a resource name')]),
  ...(container
    ? checkText(field.child('container'), container, isDNS1123Label)
    : [required(field.child('container'), 'must specify a container')]),
  ...validateUsage(target, field.child('target')),
];

/** What each source is checked by, in the order in which the first one there is looked at. */
const SOURCES = {
  object: { type: 'Object', check: checkObject as Check<unknown> },
  external: { type: 'External', check: checkExternal as Check<unknown> },
  pods: { type: 'Pods', check: checkPods as Check<unknown> },
  resource: { type: 'Resource', check: checkResource as Check<unknown> },
  containerResource: { type: 'ContainerResource', check: checkContainerResource as Check<unknown> },
} as const;
type Source = keyof typeof SOURCES;
const NAMES = Object.keys(SOURCES) as Source[];
const TYPES = ['ContainerResource', 'External', 'Object', 'Pods', 'Resource'];

/** The rules of a metric; `versions` says which a measured object may name. */
export function validateMetric(metric: MetricSpec, field: FieldPath, versions: AcceptedVersions): FieldError[] {
  const type = field.child('type');
  const errors = metric.type ? [] : [required(type, 'must specify a metric source type')];
  const expected = NAMES.find((name) => SOURCES[name].type === metric.type);
  const present = NAMES.filter((name) => metric[name] !== undefined);
  if (expected === undefined) errors.push(notSupported(type, metric.type ?? '', TYPES));
  const [first] = present;
  if (first !== undefined) append(errors, SOURCES[first].check(metric[first], field.child(first), versions));
  // Upstream says so twice.
  if (expected === undefined) errors.push(notSupported(type, metric.type ?? '', TYPES));
  else if (!present.includes(expected))
    errors.push(required(field.child(expected), 'must populate information for the given metric source'));
  if (present.length < 2) return errors;
  const others = present.filter((name) => name !== expected);
  return [
    ...errors,
    ...others.map((name) => forbidden(field.child(name), 'must populate the given metric source only')),
  ];
}

/** A target of what pods use of a resource. */
function validateUsage(target: MetricTarget, field: FieldPath): FieldError[] {
  const errors = validateTarget(target, field);
  const { averageUtilization, averageValue } = target;
  if (averageUtilization === undefined && averageValue === undefined) {
    const detail = 'must set either a target raw value or a target utilization';
    errors.push(required(field.child('averageUtilization'), detail));
  }
  if (averageUtilization !== undefined && averageValue !== undefined) {
    errors.push(forbidden(field.child('averageValue'), 'may not set both a target raw value and a target utilization'));
  }
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
