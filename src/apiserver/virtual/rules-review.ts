import type { SelfSubjectRulesReview } from '#api/authorization/v1/self-subject-rules-review.ts';
import { newBadRequest } from '#machinery/errors/status-error.ts';
import { joinErrors } from '../authentication/token-union.ts';
import type { Authorization } from '../authorization/authorization.ts';
import type { Answer } from './virtual-resource.ts';

/** What may I do here? */
export const reviewRules = (rulesFor: Authorization['rulesFor']): Answer<SelfSubjectRulesReview> => ({
  check: ({ spec }) => {
    if (!spec.namespace) throw newBadRequest('no namespace on request');
  },
  answer: ({ spec }, { user }) => {
    const { rules, errors } = rulesFor(user, spec.namespace ?? '');
    const status = {
      resourceRules: rules
        .filter(({ resources = [] }) => resources.length > 0)
        .map(({ verbs, apiGroups = [], resources = [], resourceNames = [] }) => ({
          verbs,
          apiGroups,
          resources,
          ...(resourceNames.length > 0 ? { resourceNames } : {}),
        })),
      nonResourceRules: rules
        .filter(({ nonResourceURLs = [] }) => nonResourceURLs.length > 0)
        .map(({ verbs, nonResourceURLs = [] }) => ({ verbs, nonResourceURLs })),
      incomplete: errors.length > 0,
      ...(errors.length > 0 ? { evaluationError: joinErrors(errors) } : {}),
    };
    return { metadata: {}, spec: {}, status } as SelfSubjectRulesReview;
  },
});
