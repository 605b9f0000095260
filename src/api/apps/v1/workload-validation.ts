import type { PodTemplateSpec } from '#api/core/v1/pod-template-spec.ts';
import { validatePodTemplate } from '#api/core/v1/pod-template-validation.ts';
import type { LabelSelector } from '#api/meta/v1/label-selector.ts';
import { isEmptySelector, validateLabelSelector } from '#api/meta/v1/label-selector-validation.ts';
import { append } from '#base/append.ts';
import {
  type FieldError,
  type FieldPath,
  forbidden,
  invalid,
  notSupported,
  required,
} from '#machinery/errors/field-error.ts';
import { selectorFromObject } from '#machinery/selectors/label-selector.ts';
import { SelectorError } from '#machinery/selectors/requirement.ts';

/** What every workload that keeps pods running has. */
export interface Workload {
  readonly selector?: LabelSelector | undefined;
  readonly template?: PodTemplateSpec | undefined;
}

/**
 * The rules of a workload's selector and template: the selector is there, selects something, and selects the pods that
 * the template makes. `kind` is how messages name it.
 */
export function validateWorkload(
  { selector, template }: Workload,
  field: FieldPath,
  kinds: { readonly selector: string; readonly template: string },
): FieldError[] {
  const errors: FieldError[] = [];
  if (!selector) errors.push(required(field.child('selector')));
  else {
    append(errors, validateLabelSelector(selector, field.child('selector')));
    if (isEmptySelector(selector))
      errors.push(invalid(field.child('selector'), selector, `empty selector is invalid for ${kinds.selector}`));
    else append(errors, templateLabelErrors(selector, template, field.child('template')));
  }
  append(errors, validatePodTemplate(template, field.child('template')));
  return [...errors, ...runningErrors(template, field.child('template', 'spec'), kinds.template)];
}

/** The selector selects the pods that the template makes; one that cannot be read is refused where it stands. */
export function templateLabelErrors(
  selector: LabelSelector | undefined,
  template: PodTemplateSpec | undefined,
  field: FieldPath,
): FieldError[] {
  const labels = template?.metadata?.labels;
  try {
    if (selectorFromObject(selector).matches(labels)) return [];
  } catch (error) {
    // What is wrong with the selector has been said already.
    if (error instanceof SelectorError) return [];
    throw error;
  }
  return [labelMismatch(field, labels)];
}

/** The template's pods would not be found. */
export const labelMismatch = (template: FieldPath, labels: Readonly<Record<string, string>> | undefined): FieldError =>
  invalid(template.child('metadata', 'labels'), labels ?? null, '`selector` does not match template `labels`');

/** Pods that are kept running do not end. */
function runningErrors(template: PodTemplateSpec | undefined, field: FieldPath, kind: string): FieldError[] {
  const { restartPolicy = '', activeDeadlineSeconds } = template?.spec ?? {};
  const errors: FieldError[] = [];
  if (restartPolicy !== 'Always') errors.push(notSupported(field.child('restartPolicy'), restartPolicy, ['Always']));
  if (activeDeadlineSeconds !== undefined)
    errors.push(forbidden(field.child('activeDeadlineSeconds'), `activeDeadlineSeconds in ${kind} is not Supported`));
  return errors;
}

/** Whether a count or a percentage is nothing. */
export const isZero = (value: number | string | undefined): boolean =>
  typeof value === 'string' ? Number.parseInt(value, 10) === 0 : (value ?? 0) === 0;
