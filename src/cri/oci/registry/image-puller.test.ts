import { spawn } from 'node:child_process';
import { webcrypto } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import { type AddressInfo, createServer as createTcpServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type BuiltImage, buildBusyboxImage, hasBusybox } from '../../testing/busybox-image.ts';
import { digestOf, ImageStore } from '../image/image-store.ts';
import { parseAuthChallenges } from './auth-challenge.ts';
import { ImagePuller } from './image-puller.ts';

const possible = hasBusybox() && process.getuid?.() === 0;
const architecture = process.arch === 'x64' ? 'amd64' : process.arch;

test('reads authentication challenges', () => {
  const header = 'Bearer realm="https://a.b/t?x=1",service="r, \\"q\\"",scope="repository:x:pull", Basic realm=plain';
  expect(parseAuthChallenges(header)).toEqual([
    { scheme: 'bearer', parameters: { realm: 'https://a.b/t?x=1', service: 'r, "q"', scope: 'repository:x:pull' } },
    { scheme: 'basic', parameters: { realm: 'plain' } },
  ]);
});

/** Serves images from memory and records the paths asked for; `guard` may answer first. */
class FakeRegistry {
  readonly blobs = new Map<string, Buffer>();
  readonly tags = new Map<string, Buffer>();
  readonly requests: string[] = [];
  guard: (request: IncomingMessage, response: ServerResponse) => boolean = () => false;
  readonly server: Server = createServer((request, response) => this.#answer(request, response));

  get host(): string {
    return `127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  add(image: BuiltImage, tag = 'latest'): void {
    this.tags.set(tag, image.manifest);
    this.tags.set(image.manifestDigest, image.manifest);
    this.blobs.set(image.configDigest, image.config);
    for (const layer of image.layers) this.blobs.set(layer.digest, layer.blob);
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    this.requests.push(`${request.method} ${request.url}`);
    if (this.guard(request, response)) return;
    const [, kind, name = ''] = /^\/v2\/team\/app\/(manifests|blobs)\/(.*)$/.exec(request.url ?? '') ?? [];
    const content = (kind === 'blobs' ? this.blobs : this.tags).get(name);
    if (content === undefined)
      response.writeHead(404).end('{"errors":[{"code":"MANIFEST_UNKNOWN","message":"unknown"}]}');
    else response.end(content);
  }
}

describe.skipIf(!possible)('image puller (needs root and busybox-static)', () => {
  let directory: string;
  let store: ImageStore;
  let puller: ImagePuller;
  let registry: FakeRegistry;
  let image: BuiltImage;

  beforeEach(async () => {
    directory = mkdtempSync(join(tmpdir(), 'knarr-pull-'));
    store = new ImageStore(directory);
    await store.start();
    puller = new ImagePuller(store, { access: {}, architecture });
    registry = new FakeRegistry();
    await new Promise<void>((resolve) => registry.server.listen(0, '127.0.0.1', resolve));
    image = await buildBusyboxImage({ gzip: true, layers: [{ 'etc/extra': 'x' }] });
    registry.add(image);
  });
  afterEach(() => {
    registry.server.closeAllConnections();
    registry.server.close();
    rmSync(directory, { recursive: true, force: true });
  });

  const bearerGuard =
    (expected: (request: IncomingMessage) => boolean) => (request: IncomingMessage, response: ServerResponse) => {
      if (request.url?.startsWith('/token')) {
        if (expected(request)) response.end('{"token":"secret"}');
        else response.writeHead(401).end();
        return true;
      }
      if (request.headers.authorization === 'Bearer secret') return false;
      const challenge = `Bearer realm="http://${registry.host}/token",service="fake",scope="repository:team/app:pull"`;
      response.writeHead(401, { 'www-authenticate': challenge }).end('{}');
      return true;
    };

  test('pulls by tag, then by digest without downloading again', async () => {
    const pulled = await puller.pull(`${registry.host}/team/app`);
    expect(pulled).toMatchObject({
      id: image.configDigest,
      tags: [`${registry.host}/team/app:latest`],
      digests: [`${registry.host}/team/app@${image.manifestDigest}`],
    });
    expect(readdirSync(join(store.layerPath(pulled.layers[1]!), 'etc'))).toEqual(['extra']);
    expect(readdirSync(store.blobsDirectory)).toEqual([]);
    registry.requests.length = 0;
    await puller.pull(`${registry.host}/team/app@${image.manifestDigest}`);
    expect(registry.requests).toEqual([
      `GET /v2/team/app/manifests/${image.manifestDigest}`,
      `GET /v2/team/app/blobs/${image.configDigest}`,
    ]);
  });

  test('chooses by platform and says when there is none', async () => {
    const descriptor = (name: string) => ({
      mediaType: 'application/vnd.oci.image.manifest.v1+json',
      digest: name === architecture ? image.manifestDigest : `sha256:${'0'.repeat(64)}`,
      size: 1,
      platform: { os: 'linux', architecture: name },
    });
    const index = (...names: string[]) =>
      Buffer.from(JSON.stringify({ schemaVersion: 2, manifests: names.map(descriptor) }));
    registry.tags.set('multi', index('s390x', architecture));
    registry.tags.set('other', index('s390x'));
    const pulled = await puller.pull(`${registry.host}/team/app:multi`);
    expect([pulled.id, pulled.digests]).toEqual([
      image.configDigest,
      [`${registry.host}/team/app@${digestOf(registry.tags.get('multi')!)}`],
    ]);
    await expect(puller.pull(`${registry.host}/team/app:other`)).rejects.toMatchObject({
      code: 'NotFound',
      message: `failed to pull and unpack image "${registry.host}/team/app:other": no match for platform in manifest: linux/${architecture}: not found`,
    });
  });

  test('says what is not there', async () => {
    const name = `${registry.host}/team/app:none`;
    await expect(puller.pull(name)).rejects.toMatchObject({
      code: 'NotFound',
      message: `failed to pull and unpack image "${name}": failed to resolve reference "${name}": ${name}: not found`,
    });
    const { host } = registry;
    registry.server.closeAllConnections();
    await new Promise((resolve) => registry.server.close(resolve));
    await expect(puller.pull(name)).rejects.toThrow(
      `failed to resolve reference "${name}": failed to do request: Get "http://${host}/v2/team/app/manifests/none": dial tcp ${host}: connect: connection refused`,
    );
  });

  test('gets a token anonymously, with a password and with an identity token', async () => {
    registry.guard = bearerGuard(({ headers }) => headers.authorization === undefined);
    await puller.pull(`${registry.host}/team/app`);
    const basic = `Basic ${Buffer.from('me:pass').toString('base64')}`;
    registry.guard = bearerGuard(({ headers }) => headers.authorization === basic);
    await puller.pull(`${registry.host}/team/app`, { auth: { username: 'me', password: 'pass' } });
    await expect(puller.pull(`${registry.host}/team/app`)).rejects.toThrow(
      'failed to authorize: failed to fetch anonymous token: unexpected status from GET request to',
    );
    registry.guard = bearerGuard(({ method }) => method === 'POST');
    await puller.pull(`${registry.host}/team/app`, { auth: { identityToken: 'refresh' } });
  });

  test('answers a basic challenge and says when access is denied', async () => {
    const basic = `Basic ${Buffer.from('me:pass').toString('base64')}`;
    registry.guard = (request, response) => {
      if (request.headers.authorization === basic) return false;
      response.writeHead(401, { 'www-authenticate': 'Basic realm="r"' }).end('{}');
      return true;
    };
    await puller.pull(`${registry.host}/team/app`, { auth: { username: 'me', password: 'pass' } });
    const denied = 'pull access denied, repository does not exist or may require authorization: authorization failed';
    await expect(puller.pull(`${registry.host}/team/app`)).rejects.toThrow(`${denied}: no basic auth credentials`);
    await expect(puller.pull(`${registry.host}/team/app`, { auth: { username: 'me' } })).rejects.toThrow(denied);
  });

  test('follows a redirect to another host without its credentials', async () => {
    const storage = new FakeRegistry();
    await new Promise<void>((resolve) => storage.server.listen(0, '127.0.0.1', resolve));
    storage.add(image);
    const seen: unknown[] = [];
    storage.guard = ({ headers }) => {
      seen.push(headers.authorization);
      return false;
    };
    const authenticate = bearerGuard(() => true);
    registry.guard = (request, response) => {
      if (authenticate(request, response)) return true;
      if (!request.url?.includes('/blobs/')) return false;
      response.writeHead(307, { location: `http://${storage.host}${request.url}` }).end();
      return true;
    };
    await puller.pull(`${registry.host}/team/app`);
    storage.server.close();
    expect(seen).toEqual([undefined, undefined, undefined]);
  });

  test('refuses content that is not what was asked for', async () => {
    const { digest } = image.layers[1]!;
    registry.blobs.set(digest, image.layers[0]!.blob);
    await expect(puller.pull(`${registry.host}/team/app`)).rejects.toThrow(`expected ${digest}: failed precondition`);
    expect(store.list()).toEqual([]);
    expect(readdirSync(store.blobsDirectory)).toEqual([]);
  });

  test('two pulls of the same image download each blob once', async () => {
    await Promise.all([puller.pull(`${registry.host}/team/app`), puller.pull(`${registry.host}/team/app`)]);
    for (const { digest } of image.layers) {
      expect(registry.requests.filter((request) => request.endsWith(digest))).toHaveLength(1);
    }
    expect(readdirSync(store.blobsDirectory)).toEqual([]);
  });

  test('gives up when told to', async () => {
    registry.guard = () => true;
    const abort = new AbortController();
    const pulling = puller.pull(`${registry.host}/team/app`, { signal: abort.signal });
    registry.server.once('request', () => abort.abort(new Error('enough')));
    await expect(pulling).rejects.toThrow('enough');
  });

  test('trusts a certificate authority of its own, and finds out that a loopback registry speaks TLS', async () => {
    const { key, certificate } = await selfSigned('127.0.0.1');
    const secure = createSecureServer({ key, cert: certificate }, (...args) =>
      registry.server.emit('request', ...args),
    );
    await new Promise<void>((resolve) => secure.listen(0, '127.0.0.1', resolve));
    try {
      const name = `127.0.0.1:${(secure.address() as AddressInfo).port}/team/app`;
      await expect(puller.pull(name)).rejects.toThrow(/failed to do request: Get "https:.*certificate/);
      const access = { certificateAuthorities: [certificate] };
      const pulled = await new ImagePuller(store, { access, architecture }).pull(name);
      expect(pulled.id).toBe(image.configDigest);
    } finally {
      secure.closeAllConnections();
      secure.close();
    }
  });

  test.skipIf(!existsSync('/usr/bin/docker-registry'))("pulls from Debian's docker-registry", async () => {
    const port = await freePort();
    const config = join(directory, 'registry.yml');
    writeFileSync(
      config,
      `version: 0.1\nlog: {level: error}\nstorage: {filesystem: {rootdirectory: ${directory}/registry}}\nhttp: {addr: "127.0.0.1:${port}"}\n`,
    );
    const child = spawn('docker-registry', ['serve', config], { stdio: 'ignore' });
    const ended = new Promise((resolve) => child.once('exit', resolve));
    try {
      const base = `http://127.0.0.1:${port}/v2`;
      await answers(`${base}/`);
      await push(`${base}/team/app`, image);
      const pulled = await puller.pull(`localhost:${port}/team/app:v1`);
      expect([pulled.id, pulled.digests]).toEqual([
        image.configDigest,
        [`localhost:${port}/team/app@${image.manifestDigest}`],
      ]);
      await expect(puller.pull(`localhost:${port}/team/none`)).rejects.toMatchObject({ code: 'NotFound' });
    } finally {
      child.kill('SIGKILL');
      await ended;
    }
  });
});

async function selfSigned(address: string): Promise<{ key: string; certificate: string }> {
  await import('reflect-metadata');
  const x509 = await import('@peculiar/x509');
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const certificate = await x509.X509CertificateGenerator.createSelfSigned(
    {
      name: 'CN=registry',
      keys,
      signingAlgorithm: algorithm,
      extensions: [
        new x509.BasicConstraintsExtension(true, undefined, true),
        new x509.SubjectAlternativeNameExtension([{ type: 'ip', value: address }]),
      ],
    },
    webcrypto as never,
  );
  const key = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey)).toString('base64');
  return {
    key: `-----BEGIN PRIVATE KEY-----\n${key}\n-----END PRIVATE KEY-----\n`,
    certificate: certificate.toString('pem'),
  };
}

async function push(repository: string, image: BuiltImage): Promise<void> {
  const blobs = [image.config, ...image.layers.map(({ blob }) => blob)];
  for (const blob of blobs) {
    const started = await fetch(`${repository}/blobs/uploads/`, { method: 'POST' });
    const location = new URL(started.headers.get('location')!, repository);
    location.searchParams.set('digest', digestOf(blob));
    expect((await fetch(location, { method: 'PUT', body: new Uint8Array(blob) })).status).toBe(201);
  }
  const headers = { 'content-type': 'application/vnd.oci.image.manifest.v1+json' };
  const put = await fetch(`${repository}/manifests/v1`, {
    method: 'PUT',
    headers,
    body: new Uint8Array(image.manifest),
  });
  expect(put.status).toBe(201);
}

async function answers(url: string): Promise<void> {
  for (let attempt = 0; attempt < 1000; attempt++) {
    const response = await fetch(url).catch(() => undefined);
    if (response?.ok) return;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  throw new Error(`no answer from ${url}`);
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createTcpServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}
