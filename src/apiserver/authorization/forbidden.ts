import { newForbidden, newInternalError, StatusError } from '#machinery/errors/status-error.ts';
import { sanitized } from '../sanitized.ts';
import { type Attributes, type Decision, isPathAttributes } from './authorizer.ts';

/** The answer to a request that was not allowed: 403, or 500 when somebody could not be asked who decides. */
export const refusal = (attributes: Attributes, { reason, evaluationError }: Decision): StatusError =>
  evaluationError ? newInternalError(evaluationError) : forbiddenError(attributes, reason);

/** The 403 for a refused request, in upstream's words. */
export function forbiddenError(attributes: Attributes, reason: string): StatusError {
  const user = attributes.user.name;
  if (isPathAttributes(attributes)) {
    const detail = `User ${JSON.stringify(user)} cannot ${attributes.verb} path ${JSON.stringify(attributes.path)}`;
    return new StatusError({
      code: 403,
      reason: 'Forbidden',
      message: `forbidden: ${withReason(detail, reason)}`,
      details: {},
    });
  }
  const { group, resource, subresource, namespace, name, verb } = attributes;
  const what = subresource === '' ? resource : `${resource}/${subresource}`;
  const scope = namespace === '' ? 'at the cluster scope' : `in the namespace ${JSON.stringify(namespace)}`;
  const detail = `User ${JSON.stringify(user)} cannot ${verb} resource ${JSON.stringify(what)} in API group ${JSON.stringify(group)} ${scope}`;
  return newForbidden({ group, resource }, name, withReason(detail, reason));
}

const withReason = (detail: string, reason: string) =>
  reason === '' ? sanitized(detail) : `${sanitized(detail)}: ${reason}`;
