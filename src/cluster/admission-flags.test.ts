import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { type AdmissionFlags, readAdmissionFlags } from './admission-flags.ts';

const readNothing = () => Promise.reject(new Error('nothing is to be read'));

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
])('%j chooses plugins', async (flags, expected) => {
  expect(await readAdmissionFlags(flags, readNothing)).toEqual(expected);
});

test('a name that no plugin has is refused', async () => {
  await expect(readAdmissionFlags({ enableAdmissionPlugins: 'Nonsense' }, readNothing)).rejects.toThrow(
    'read admission plugins: enable-admission-plugins plugin "Nonsense" is unknown',
  );
});

test('who is asked about images is read from the kubeconfig that a configuration names', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'knarr-images-'));
  try {
    const kubeConfigFile = join(directory, 'images');
    const clusters = [{ name: 'images', cluster: { server: 'https://images.example' } }];
    const users = [{ name: 'me', user: { token: 't' } }];
    await writeFile(kubeConfigFile, JSON.stringify({ kind: 'Config', apiVersion: 'v1', clusters, users }));
    const plugins = [{ name: 'ImagePolicyWebhook', configuration: { imagePolicy: { kubeConfigFile } } }];
    const text = JSON.stringify({ apiVersion: 'apiserver.config.k8s.io/v1', kind: 'AdmissionConfiguration', plugins });
    const flags = { admissionControlConfigFile: 'admission.json', enableAdmissionPlugins: 'ImagePolicyWebhook' };
    const { admissionConfigurations } = await readAdmissionFlags(flags, (_flag, _path, read) => read(text));
    expect(JSON.parse(admissionConfigurations?.['ImagePolicyWebhook'] ?? '')).toEqual({
      imagePolicy: { kubeConfigFile, target: { url: 'https://images.example', token: 't' } },
    });
    await rm(kubeConfigFile);
    await expect(readAdmissionFlags(flags, (_flag, _path, read) => read(text))).rejects.toThrow('ImagePolicyWebhook: ');
  } finally {
    await rm(directory, { recursive: true });
  }
});

test('a configuration is read, with files beside it', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'knarr-admission-'));
  try {
    const selectors = 'podNodeSelectorPluginConfig: { shop: a=b }';
    await writeFile(join(directory, 'selectors.yaml'), selectors);
    const plugins = [{ name: 'PodNodeSelector', path: 'selectors.yaml' }];
    const text = JSON.stringify({ apiVersion: 'apiserver.config.k8s.io/v1', kind: 'AdmissionConfiguration', plugins });
    const flags = { admissionControlConfigFile: join(directory, 'admission.json') };
    const { admissionConfigurations } = await readAdmissionFlags(flags, (flag, path, read) => {
      expect([flag, path]).toEqual(['--admission-control-config-file', flags.admissionControlConfigFile]);
      return read(text);
    });
    expect(admissionConfigurations).toEqual({ PodNodeSelector: selectors });
  } finally {
    await rm(directory, { recursive: true });
  }
});
