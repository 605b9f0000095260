import { expect, test } from 'vitest';
import { type AdmissionFlags, readAdmissionFlags } from './admission-flags.ts';

test.each<[AdmissionFlags, object]>([
  [{}, { enableAdmissionPlugins: ['NodeRestriction'], disableAdmissionPlugins: [] }],
  [
    { enableAdmissionPlugins: 'AlwaysPullImages, NodeRestriction', disableAdmissionPlugins: 'PodSecurity' },
    { enableAdmissionPlugins: ['AlwaysPullImages', 'NodeRestriction'], disableAdmissionPlugins: ['PodSecurity'] },
  ],
  [
    { disableAdmissionPlugins: 'NodeRestriction' },
    { enableAdmissionPlugins: [], disableAdmissionPlugins: ['NodeRestriction'] },
  ],
])('%j chooses plugins', (flags, expected) => expect(readAdmissionFlags(flags)).toEqual(expected));

test('a name that no plugin has is refused', () => {
  expect(() => readAdmissionFlags({ enableAdmissionPlugins: 'Nonsense' })).toThrow(
    'read admission plugins: enable-admission-plugins plugin "Nonsense" is unknown',
  );
});
