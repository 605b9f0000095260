import type { Page } from './zpages.ts';

/** `/flagz`: the flags the server was started with. */
export const flagz = (flags: Readonly<Record<string, string>>): Page => ({
  path: '/flagz',
  kind: 'Flagz',
  fields: () => ({ flags }),
  text: (between) =>
    Object.keys(flags)
      .sort()
      .map((name) => `${name}${between}${flags[name]}\n`)
      .join(''),
});
