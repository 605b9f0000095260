import { checkEach } from '#api/checks.ts';
import { duplicate, type FieldError, FieldPath, required } from '#machinery/errors/field-error.ts';

interface WithConditions {
  readonly status?: { readonly conditions?: readonly { readonly type?: string | undefined }[] | undefined } | undefined;
}

/** The rules of what is said of FlowSchemas and PriorityLevelConfigurations: one condition of each type. */
export function validateFlowControlStatus({ status }: WithConditions): FieldError[] {
  const seen = new Set<string>();
  return checkEach(status?.conditions, new FieldPath('status').child('conditions'), ({ type = '' }, at) => {
    const errors = seen.has(type) ? [duplicate(at.child('type'), type)] : [];
    seen.add(type);
    return type === '' ? [...errors, required(at.child('type'), 'must not be empty')] : errors;
  });
}
