import { readFileSync } from 'node:fs';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { CoreV1Api, KubeConfig, makeInformer, type V1ConfigMap } from '@kubernetes/client-node';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { eventually, Knarr } from './support/knarr.ts';

/** Stands between a client and the server, and breaks. */
class Relay {
  readonly #sockets = new Set<Socket>();
  readonly #server: Server;
  /** Where connections go; undefined while they are refused. */
  target: URL | undefined;

  constructor() {
    this.#server = createServer((client) => {
      if (this.target === undefined) return client.destroy();
      const server = connect(Number(this.target.port), this.target.hostname);
      for (const [socket, other] of [
        [client, server],
        [server, client],
      ] as const) {
        this.#sockets.add(socket);
        socket.on('error', () => other.destroy());
        socket.on('close', () => {
          this.#sockets.delete(socket);
          other.destroy();
        });
        socket.pipe(other);
      }
    });
  }

  listen(): Promise<string> {
    return new Promise((resolve) =>
      this.#server.listen(0, '127.0.0.1', () =>
        resolve(`https://127.0.0.1:${(this.#server.address() as AddressInfo).port}`),
      ),
    );
  }

  cut(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  close(): void {
    this.cut();
    this.#server.close();
  }
}

let knarr: Knarr;
const relay = new Relay();
beforeAll(async () => {
  knarr = await Knarr.up({ flags: ['--runtime', 'none'] });
}, 60_000);
afterAll(async () => {
  relay.close();
  await knarr?.delete();
}, 60_000);

const configText = () => readFileSync(knarr.kubeconfig, 'utf8');
const serverOf = (text: string) => new URL(/server: (\S+)/.exec(text)?.[1] ?? '');

function apiAt(server?: string): { config: KubeConfig; api: CoreV1Api } {
  const config = new KubeConfig();
  config.loadFromString(server ? configText().replace(/server: \S+/, `server: ${server}`) : configText());
  return { config, api: config.makeApiClient(CoreV1Api) };
}

test('the JavaScript client’s informer outlives cut connections and a server that was started anew', async () => {
  const namespace = 'kube-public';
  relay.target = serverOf(configText());
  const { config, api } = apiAt(await relay.listen());
  const seen: string[] = [];
  const informer = makeInformer<V1ConfigMap>(
    config,
    `/api/v1/namespaces/${namespace}/configmaps`,
    () => api.listNamespacedConfigMap({ namespace, labelSelector: 'of=test' }),
    'of=test',
  );
  informer.on('add', ({ metadata }) => void seen.push(`+${metadata?.name}`));
  informer.on('delete', ({ metadata }) => void seen.push(`-${metadata?.name}`));
  informer.on('error', () => void setTimeout(() => void informer.start(), 50));
  await informer.start();
  const create = (name: string) =>
    apiAt().api.createNamespacedConfigMap({ namespace, body: { metadata: { name, labels: { of: 'test' } } } });

  await create('first');
  await eventually('the first is seen', async () => seen.includes('+first'));
  relay.cut();
  await create('second');
  await eventually('the second is seen', async () => seen.includes('+second'));

  relay.target = undefined;
  await knarr.stop();
  await knarr.start();
  // The new server does not remember what was before it: the informer has to list again.
  await create('third');
  await apiAt().api.deleteNamespacedConfigMap({ name: 'first', namespace });
  relay.target = serverOf(configText());
  await eventually('what changed meanwhile is seen', async () => seen.includes('+third') && seen.includes('-first'));
  await create('fourth');
  await eventually('what changes now is seen', async () => seen.includes('+fourth'));
  await informer.stop();
  expect(seen.toSorted()).toEqual(['+first', '+fourth', '+second', '+third', '-first']);
}, 60_000);
