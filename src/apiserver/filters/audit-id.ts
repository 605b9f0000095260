import type { Filter } from './filter.ts';

const LONGEST = 64;

/** Names each request, as its client does if it wants to, and tells the name in the answer. */
export const auditId =
  (newUid: () => string): Filter =>
  (next) =>
  (context) => {
    const asked = context.header('audit-id').slice(0, LONGEST);
    context.auditId = asked === '' ? newUid() : asked;
    context.setHeader('audit-id', context.auditId);
    return next(context);
  };
