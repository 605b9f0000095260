import type { Plugin } from '../../framework/plugin.ts';

/** Higher priority first; among equals, who waits longer (the queue sees to that). */
export const prioritySort = (): Plugin => ({
  name: 'PrioritySort',
  queueSort: (a, b) => b.priority - a.priority,
});
