import { type FieldError, FieldPath, invalid, required } from '#machinery/errors/field-error.ts';
import type { CustomResourceDefinition } from './custom-resource-definition.ts';

const ANNOTATION = 'api-approved.kubernetes.io';
const FIELD = new FieldPath('metadata').child('annotations').key(ANNOTATION);
const NEEDED = `protected groups must have approval annotation "${ANNOTATION}"`;
const SEE = 'see https://github.com/kubernetes/enhancements/pull/1111';
const PROTECTED = /(^|\.)(k8s|kubernetes)\.io$/;

type Approval = 'approved' | 'bypassed' | 'invalid' | 'missing';

/** Groups of the community need a word from it. What was stored without stays so. */
export function validateApproval(definition: CustomResourceDefinition, old?: CustomResourceDefinition): FieldError[] {
  if (!PROTECTED.test(definition.spec.group)) return [];
  const text = annotationOf(definition);
  const approval = approvalOf(text);
  if (old !== undefined && approvalOf(annotationOf(old)) === approval) return [];
  if (approval === 'missing') return [required(FIELD, `${NEEDED}, ${SEE}`)];
  if (approval !== 'invalid') return [];
  return [invalid(FIELD, text, `${NEEDED} with either a URL or a reason starting with "unapproved", ${SEE}`)];
}

const annotationOf = ({ metadata }: CustomResourceDefinition): string => metadata?.annotations?.[ANNOTATION] ?? '';

function approvalOf(text: string): Approval {
  if (text === '') return 'missing';
  if (text.startsWith('unapproved')) return 'bypassed';
  return /^[A-Za-z][A-Za-z0-9+.-]*:\/\/[^/]/.test(text) && URL.canParse(text) ? 'approved' : 'invalid';
}
