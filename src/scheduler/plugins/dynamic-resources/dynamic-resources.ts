import type { Plugin } from '../../framework/plugin.ts';

const NAME = 'DynamicResources';

/** Device claims of pods. */
export const dynamicResources = (): Plugin => ({
  name: NAME,
  postFilter: () => ({ reasons: ['no new claims to deallocate'] }),
});
