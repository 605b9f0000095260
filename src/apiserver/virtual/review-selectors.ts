import { isQualifiedName, isValidLabelValue } from '#machinery/names/label.ts';
import type { SelectorRequirement } from '../authorization/authorizer.ts';
import { readFieldSelector, readLabelSelector } from '../authorization/request-attributes.ts';

/** A selector of a review: as text, or taken apart. */
interface SelectorAttributes {
  readonly rawSelector?: string | undefined;
  readonly requirements?: readonly SelectorRequirement[] | undefined;
}

/** What of a selector restricts a question. What cannot be read does not: the question is a wider one then. */
export interface ReadSelector {
  readonly requirements?: readonly SelectorRequirement[] | undefined;
  /** What to tell those who asked when something was left out. */
  readonly ignored?: string;
}

type Kind = 'fieldSelector' | 'labelSelector';

/** Reads a selector of a review's resource attributes. */
export function readReviewSelector(kind: Kind, selector: SelectorAttributes | null | undefined): ReadSelector {
  const { rawSelector = '', requirements = [] } = selector ?? {};
  if (rawSelector !== '') {
    const read = kind === 'fieldSelector' ? readFieldSelector(rawSelector) : readLabelSelector(rawSelector);
    return read ? { requirements: read } : { ignored: tell(kind, 'ignored') };
  }
  const isUsable = kind === 'fieldSelector' ? isFieldRequirement : isLabelRequirement;
  const usable = requirements.filter(isUsable);
  if (usable.length === requirements.length) return { requirements };
  return { requirements: usable, ignored: tell(kind, usable.length > 0 ? 'partially ignored' : 'ignored') };
}

const tell = (kind: Kind, what: string) => `spec.resourceAttributes.${kind} ${what} due to parse error`;

/** Fields are compared with one value. */
const isFieldRequirement = ({ operator, values = [] }: SelectorRequirement): boolean =>
  (operator === 'In' || operator === 'NotIn') && values.length === 1;

const isLabelRequirement = ({ key, operator, values = [] }: SelectorRequirement): boolean =>
  ['In', 'NotIn', 'Exists', 'DoesNotExist'].includes(operator) &&
  isQualifiedName(key).length === 0 &&
  values.every((value) => isValidLabelValue(value).length === 0);
