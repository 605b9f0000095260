import { Impersonation } from '../authentication/impersonation.ts';
import { readWantedUser } from '../authentication/impersonation-headers.ts';
import type { Pipeline } from '../pipeline.ts';
import { attributesOf } from './authorization.ts';
import type { Filter } from './filter.ts';

/** Lets a request go on as the user that its headers name, where its own user may act as that one. */
export const impersonation = (pipeline: Pick<Pipeline, 'decide'>): Filter => {
  const acting = new Impersonation((attributes) => pipeline.decide(attributes));
  return (next) => (context) => {
    const wanted = readWantedUser(context);
    if (wanted === undefined) return next(context);
    return acting.actAs(wanted, attributesOf(context)).then((user) => {
      context.user = user;
      return next(context);
    });
  };
};
