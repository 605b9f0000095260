import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { DataDirectory } from './data-directory.ts';
import { addToKubeconfig, adminKubeconfig } from './kubeconfig.ts';
import { addToKubeconfigFile, removeFromKubeconfigFiles } from './kubeconfig-files.ts';

let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'kubeconfig-files-'));
});
afterAll(() => rm(root, { recursive: true, force: true }));

const config = (name: string) =>
  adminKubeconfig(name, 'https://127.0.0.1:1', { ca: 'ca', admin: { certificate: 'c', key: 'k' } });
const text = (file: string) => readFile(join(root, file), 'utf8');

test('a cluster is taken out of every file it was added to, and of no other', async () => {
  const data = await DataDirectory.open(join(root, 'data'));
  await addToKubeconfig(join(root, 'usual'), config('mine'));
  for (const file of ['one', 'two']) {
    await addToKubeconfig(join(root, file), config('other'));
    await addToKubeconfigFile(data, join(root, file), config('mine'));
  }
  await removeFromKubeconfigFiles(data, 'mine', join(root, 'usual'));
  for (const file of ['one', 'two']) {
    expect(await text(file)).not.toContain('mine');
    expect(await text(file)).toContain('other');
  }
  expect(await text('usual')).toContain('mine');
});

test('where nothing is noted, out of the usual one', async () => {
  const data = await DataDirectory.open(join(root, 'older'));
  await addToKubeconfig(join(root, 'usual'), config('older'));
  await removeFromKubeconfigFiles(data, 'older', join(root, 'usual'));
  expect(await text('usual')).not.toContain('older');
});
