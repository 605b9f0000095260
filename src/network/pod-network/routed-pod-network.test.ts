import { execFile, execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { systemClock } from '#base/clock.ts';
import { silentLogger } from '#base/logger.ts';
import type { PortMapping } from '#cri/runtime.ts';
import { podTable } from './pod-ruleset.ts';
import { createRoutedPodNetwork, type RoutedPodNetwork } from './routed-pod-network.ts';

const TOOLS = ['/usr/sbin/ip', '/usr/sbin/nft', '/usr/bin/nsenter', '/bin/busybox'];
const possible = process.getuid?.() === 0 && TOOLS.every((tool) => existsSync(tool));
const run = promisify(execFile);

describe.skipIf(!possible)('routed pod network (needs root, ip, nft, nsenter and busybox)', () => {
  let directory: string;
  let network: RoutedPodNetwork;
  let namespaces: string[] = [];
  let children: ReturnType<typeof spawn>[] = [];

  const tables = async () => (await run('nft', ['list', 'tables'])).stdout.split('\n');

  const open = () =>
    createRoutedPodNetwork({
      podCidr: '10.231.7.0/29',
      stateDirectory: join(directory, 'network'),
      clock: systemClock,
      logger: silentLogger,
    });

  beforeEach(async () => {
    directory = mkdtempSync(join(tmpdir(), 'knarr-net-'));
    network = open();
    await network.start();
  });
  afterEach(async () => {
    for (const child of children) child.kill('SIGKILL');
    await network.destroy();
    for (const name of namespaces) execFileSync('ip', ['netns', 'del', name]);
    namespaces = [];
    children = [];
    rmSync(directory, { recursive: true, force: true });
  });

  async function pod(name: string, portMappings: readonly PortMapping[] = []) {
    const namespace = `${basename(tmpdir())}-${process.pid}-${name}`;
    await run('ip', ['netns', 'add', namespace]);
    namespaces.push(namespace);
    const netnsPath = `/run/netns/${namespace}`;
    const request = {
      sandboxId: namespace,
      netnsPath,
      podName: name,
      podNamespace: 'default',
      podUid: name,
      portMappings,
    };
    const { ips } = await network.attach(request);
    return { request, ip: ips[0]!, exec: (...command: string[]) => run('nsenter', [`--net=${netnsPath}`, ...command]) };
  }

  /** Answers every connection to `port` in the pod with `text`, once it listens. */
  async function answer({ request }: Awaited<ReturnType<typeof pod>>, port: number, text: string): Promise<void> {
    const script = `require('node:net').createServer((socket) => socket.end(${JSON.stringify(`${text}\n`)})).listen(${port}, () => console.log('ready'))`;
    const child = spawn('nsenter', [`--net=${request.netnsPath}`, process.execPath, '-e', script]);
    children.push(child);
    await new Promise((resolve) => child.stdout!.once('data', resolve));
  }

  const fetchText = async (address: string, port: number) =>
    (await run('/bin/busybox', ['timeout', '5', '/bin/busybox', 'nc', address, String(port)])).stdout.trim();

  test('pods reach each other, the node reaches pods, pods reach the node', async () => {
    const [one, two] = [await pod('one'), await pod('two')];
    expect([one.ip, two.ip]).toEqual(['10.231.7.2', '10.231.7.3']);
    await answer(two, 8080, 'two');
    expect((await one.exec('/bin/busybox', 'nc', two.ip, '8080')).stdout.trim()).toBe('two');
    expect(await fetchText(two.ip, 8080)).toBe('two');

    const seen: (string | undefined)[] = [];
    const server = createServer(({ socket }, response) => {
      seen.push(socket.remoteAddress);
      response.end('node');
    }).listen(0, '10.231.7.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const url = `http://10.231.7.1:${(server.address() as AddressInfo).port}/`;
    expect((await one.exec('/bin/busybox', 'wget', '-qO-', url)).stdout).toBe('node');
    server.close();
    expect(seen).toEqual([one.ip]);
  });

  test('forwards host ports from the node, its loopback address and pods', async () => {
    const web = await pod('web', [{ protocol: 'TCP', containerPort: 8080, hostPort: 28931 }]);
    const other = await pod('other');
    await answer(web, 8080, 'web');
    expect(await fetchText('127.0.0.1', 28931)).toBe('web');
    expect(await fetchText('10.231.7.1', 28931)).toBe('web');
    expect((await other.exec('/bin/busybox', 'nc', '10.231.7.1', '28931')).stdout.trim()).toBe('web');
    expect((await web.exec('/bin/busybox', 'nc', '10.231.7.1', '28931')).stdout.trim()).toBe('web');
    await network.detach(web.request);
    await expect(fetchText('127.0.0.1', 28931)).rejects.toThrow();
  });

  test('keeps addresses over a restart, gives freed ones last and says when none is left', async () => {
    const first = await pod('a');
    await pod('b');
    await network.close();
    network = open();
    await network.start();
    await network.detach(first.request);
    await network.detach(first.request);
    const addresses = [];
    for (const name of ['c', 'd', 'e', 'f']) addresses.push((await pod(name)).ip);
    expect(addresses).toEqual(['10.231.7.4', '10.231.7.5', '10.231.7.6', '10.231.7.2']);
    await expect(pod('g')).rejects.toThrow('no addresses available in 10.231.7.0/29');
  });

  test('leaves addresses to the network that has them', async () => {
    const [one, two] = [await pod('one'), await pod('two')];
    const second = createRoutedPodNetwork({
      podCidr: '10.231.7.0/30',
      stateDirectory: join(directory, 'second'),
      clock: systemClock,
      logger: silentLogger,
    });
    const owner = join(directory, 'network');
    expect(await second.otherOwner()).toBe(owner);
    await expect(second.start()).rejects.toThrow(`the pod network 10.231.7.0/30 of this machine belongs to ${owner}`);
    expect(await second.status()).toMatchObject({ ready: false, message: expect.stringContaining(owner) });
    await second.open();
    await second.start();
    await second.destroy();
    await answer(two, 8080, 'two');
    expect((await one.exec('/bin/busybox', 'nc', two.ip, '8080')).stdout.trim()).toBe('two');
    expect((await run('ip', ['-o', 'addr', 'show', 'dev', 'lo'])).stdout).toContain(' 10.231.7.1/32 ');
  });

  test('destroy leaves nothing behind', async () => {
    const one = await pod('gone', [{ protocol: 'TCP', containerPort: 80, hostPort: 28932 }]);
    const table = `table ip ${podTable(join(directory, 'network'))}`;
    expect(await tables()).toContain(table);
    await network.destroy();
    const state = (await run('ip', ['-o', 'addr'])).stdout + (await run('ip', ['route'])).stdout;
    expect(state).not.toContain('10.231.7.');
    expect(await tables()).not.toContain(table);
    expect(existsSync(join(directory, 'network'))).toBe(false);
    expect((await one.exec('ip', '-o', 'link')).stdout).not.toContain('eth0');
    expect(await network.status()).toEqual({
      ready: false,
      reason: 'NetworkPluginNotReady',
      message: 'pod network is not started',
    });
  });
});
