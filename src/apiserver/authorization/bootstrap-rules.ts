import type { Rule } from './rule.ts';

/** Building blocks of the bootstrap policy: `rule('get list', 'pods services')`, `rule('*', 'apps/deployments')`. */

export const READ = 'get list watch';
export const WRITE = 'create delete deletecollection patch update';
export const READ_WRITE = `${READ} ${WRITE}`;

const words = (text: string) => text.split(' ').filter((word) => word !== '');

/** A rule over resources of one API group; `group` '' is core, '*' all. */
export const rule = (verbs: string, group: string, resources: string, names?: string): Rule => ({
  verbs: words(verbs),
  apiGroups: group.split(',').map((each) => (each === 'core' ? '' : each)),
  resources: words(resources),
  ...(names ? { resourceNames: words(names) } : {}),
});

/** A rule over paths outside the API. */
export const paths = (verbs: string, urls: string): Rule => ({ verbs: words(verbs), nonResourceURLs: words(urls) });

/** What controllers that record events may do. */
export const eventsRule: Rule = rule('create patch update', 'core,events.k8s.io', 'events');
