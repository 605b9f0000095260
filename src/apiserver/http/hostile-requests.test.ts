import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Deployments } from '#api/apps/v1/deployment.ts';
import { ConfigMaps } from '#api/core/v1/config-map.ts';
import { Pods } from '#api/core/v1/pod.ts';
import { Services } from '#api/core/v1/service.ts';
import type { AnyResourceDefinition } from '#api/resource-definition.ts';
import { type Call, createCall } from '#testing/call.ts';
import { Cluster } from '#testing/cluster.ts';

let cluster: Cluster;
let call: ReturnType<typeof createCall>;
beforeAll(async () => {
  cluster = await Cluster.start({ controllers: false, scheduler: false });
  call = createCall(await cluster.listen());
});
afterAll(() => cluster.stop());

const NAMESPACE = '/api/v1/namespaces/default';
const KINDS: readonly {
  readonly kind: AnyResourceDefinition;
  readonly path: string;
  readonly object: {
    readonly metadata: { readonly name: string; readonly labels?: object };
    readonly [part: string]: object;
  };
}[] = [
  {
    kind: ConfigMaps,
    path: `${NAMESPACE}/configmaps`,
    object: { metadata: { name: 'm' }, data: { a: 'b' }, binaryData: { c: 'AAAA' } },
  },
  {
    kind: Pods,
    path: `${NAMESPACE}/pods`,
    object: {
      metadata: { name: 'p', labels: { a: 'b' } },
      spec: {
        containers: [{ name: 'c', image: 'i', ports: [{ containerPort: 80 }], resources: { limits: { cpu: '1' } } }],
      },
    },
  },
  {
    kind: Deployments,
    path: '/apis/apps/v1/namespaces/default/deployments',
    object: {
      metadata: { name: 'd' },
      spec: {
        replicas: 1,
        selector: { matchLabels: { a: 'b' } },
        template: { metadata: { labels: { a: 'b' } }, spec: { containers: [{ name: 'c', image: 'i' }] } },
      },
    },
  },
  {
    kind: Services,
    path: `${NAMESPACE}/services`,
    object: { metadata: { name: 's' }, spec: { ports: [{ port: 80, targetPort: 'http' }] } },
  },
];

/** Values that belong nowhere. */
const oddValue = fc.oneof(
  fc.jsonValue({ maxDepth: 2 }),
  fc.constantFrom<unknown>(
    1e308,
    -1,
    2 ** 53,
    0.5,
    '',
    '\u0000',
    '\ud800',
    [],
    {},
    [[[]]],
    null,
    true,
    'x'.repeat(5000),
  ),
  fc.string({ unit: 'binary', maxLength: 40 }),
);

/** One place in an object holds something else, or a key is another. */
function damaged(object: object, at: number, value: unknown, rename: string | undefined): unknown {
  const copy = structuredClone(object) as Record<string, unknown>;
  const places: [Record<string, unknown>, string][] = [];
  const visit = (node: unknown) => {
    if (typeof node !== 'object' || node === null) return;
    for (const key of Object.keys(node)) {
      places.push([node as Record<string, unknown>, key]);
      visit((node as Record<string, unknown>)[key]);
    }
  };
  visit(copy);
  const [node, key] = places[at % places.length] as [Record<string, unknown>, string];
  if (rename === undefined) node[key] = value;
  else Object.defineProperty(node, rename, { value, enumerable: true, configurable: true, writable: true });
  return copy;
}

const bodyOf = (object: object) =>
  fc.oneof(
    fc
      .tuple(
        fc.nat(),
        oddValue,
        fc.option(fc.constantFrom('__proto__', 'constructor', 'toString', '', 'a.b', 'x'.repeat(300)), {
          nil: undefined,
        }),
      )
      .map(([at, value, rename]) => JSON.stringify(damaged(object, at, value, rename))),
    fc.nat().map((length) => JSON.stringify(object).slice(0, length % JSON.stringify(object).length)),
    fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 })).map(([at, byte]) => {
      const bytes = Buffer.from(JSON.stringify(object));
      bytes[at % bytes.length] = byte;
      return bytes;
    }),
    fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.concat([Buffer.from('k8s\0'), bytes])),
    fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
  );

const contentType = fc.constantFrom(
  'application/json',
  'application/json',
  'application/yaml',
  'application/vnd.kubernetes.protobuf',
  'application/merge-patch+json',
  'application/strategic-merge-patch+json',
  'application/json-patch+json',
  'application/apply-patch+yaml',
  'text/html',
  'application/json; charset=utf-16',
  '',
  ';;;',
);

const query = fc.oneof(
  fc.constant(''),
  fc
    .array(
      fc.tuple(
        fc.constantFrom(
          'labelSelector',
          'fieldSelector',
          'limit',
          'continue',
          'resourceVersion',
          'resourceVersionMatch',
          'dryRun',
          'fieldValidation',
          'fieldManager',
          'force',
          'timeoutSeconds',
          'gracePeriodSeconds',
          'propagationPolicy',
          'pretty',
        ),
        fc.oneof(
          fc.string({ unit: 'binary', maxLength: 30 }),
          fc.constantFrom(
            'a in (',
            '!',
            'a=b,,',
            '((((((((',
            'a notin (b',
            'metadata.name=..',
            '-1',
            '99999999999999999999',
            'All',
            'Strict',
            'x'.repeat(3000),
            '0',
            'true',
          ),
        ),
      ),
      { maxLength: 4 },
    )
    .map((pairs) => `?${new URLSearchParams(pairs.filter(([, value]) => !value.includes('\ud800')))}`),
);

const request = fc.constantFrom(...KINDS).chain(({ path, object }) =>
  fc.record({
    path: fc.oneof(
      fc.constant(path),
      fc.constant(`${path}/${object.metadata.name}`),
      fc
        .constantFrom('/status', '/scale', '/../..', '/%00', '/%', '/%2e%2e%2f', '//', '/a/b/c/d')
        .map((end) => `${path}/x${end}`),
    ),
    query,
    method: fc.constantFrom('GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'HEAD'),
    type: contentType,
    accept: fc.constantFrom(
      '',
      'application/json',
      'application/vnd.kubernetes.protobuf',
      'application/json;as=Table;v=v1;g=meta.k8s.io',
      'text/css',
      'application/json;as=',
      ',,;q=',
    ),
    body: bodyOf(object),
  }),
);

/** Every object's name and revision. */
async function state(): Promise<unknown> {
  const lists = await Promise.all(KINDS.map(({ kind }) => cluster.client.of(kind).list({ namespace: 'default' })));
  return lists.map(({ items }) => items.map(({ metadata }) => [metadata?.name, metadata?.resourceVersion]));
}

const clear = () =>
  Promise.all(KINDS.map(({ kind }) => cluster.client.of(kind).deleteCollection({ namespace: 'default' })));

describe('whatever is sent', () => {
  test.each(['/', 'watch', '%41', '%2F', '//a', 'proxy/'])(
    'a path as long as may be, of %j, is answered at once',
    async (part) => {
      for (const path of [
        `/${part.repeat(900_000 / part.length)}x`,
        `/api/v1/${part.repeat(900_000 / part.length)}!`,
      ]) {
        // Looked at anew from each of its characters it would take longer than a test may.
        expect([401, 403, 404]).toContain((await call(path, { identity: null })).code);
      }
    },
  );

  test('nothing answers 500, and what is refused leaves nothing behind', async () => {
    await fc.assert(
      fc.asyncProperty(request, async ({ path, query: search, method, type, accept, body }) => {
        const before = await state();
        const sends = method !== 'GET' && method !== 'HEAD' && method !== 'OPTIONS';
        const headers = { ...(type === '' ? {} : { 'content-type': type }), ...(accept === '' ? {} : { accept }) };
        const options: Call = { method, headers, ...(sends ? { body } : {}) };
        const { code, bytes } = await call(path.replace(/ /g, '%20') + search, options);
        // A revision that is far ahead is waited for, and then is a 504.
        if (code >= 500 && code !== 504) throw new Error(`${code}: ${bytes.toString().slice(0, 500)}`);
        if (code >= 400) expect(await state()).toEqual(before);
        // What got in goes again, so that names stay free.
        else if (method !== 'GET') await clear();
      }),
      { numRuns: 300, endOnFailure: true },
    );
  }, 120_000);

  test('a field path with many beginnings of a key is refused at once', async () => {
    const fieldRef = { fieldPath: "['".repeat(700_000) };
    const env = [{ name: 'A', valueFrom: { fieldRef } }];
    const template = { template: { metadata: {}, spec: { containers: [{ name: 'c', image: 'i', env }] } } };
    const body = JSON.stringify({ metadata: { name: 'p' }, ...template });
    const headers = { 'content-type': 'application/json' };
    const { code } = await call(`${NAMESPACE}/podtemplates`, { method: 'POST', headers, body });
    expect(code).toBe(422);
  });

  const deep = (open: string, close: string, depth: number) => `${open.repeat(depth)}${close.repeat(depth)}`;
  test.each([
    ['nested arrays', 'application/json', deep('[', ']', 200_000)],
    [
      'nested objects',
      'application/json',
      `{"metadata":{"name":"x"},"data":${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}}`,
    ],
    ['nested YAML', 'application/yaml', deep('[', ']', 50_000)],
    ['a YAML bomb', 'application/yaml', bomb()],
    ['a huge number', 'application/json', `{"metadata":{"name":"x","generation":${'9'.repeat(10_000)}}}`],
    ['an exponent', 'application/json', '{"metadata":{"name":"x","generation":1e999999}}'],
    ['invalid UTF-8', 'application/json', Buffer.from([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x3a, 0x31, 0x7d])],
    ['half a surrogate', 'application/json', '{"metadata":{"name":"x\\ud800"}}'],
    ['nothing', 'application/json', ''],
    ['null', 'application/json', 'null'],
    ['a list', 'application/json', '[]'],
    [
      'a JSON patch that grows',
      'application/json-patch+json',
      JSON.stringify(Array.from({ length: 20_000 }, () => ({ op: 'copy', from: '', path: '/data' }))),
    ],
  ])('%s is the client’s fault', async (_what, type, body) => {
    const path = `${NAMESPACE}/configmaps`;
    const isPatch = type.includes('patch');
    if (isPatch)
      await call(path, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: '{"metadata":{"name":"target"}}',
      });
    const { code, json } = await call(isPatch ? `${path}/target` : path, {
      method: isPatch ? 'PATCH' : 'POST',
      headers: { 'content-type': type },
      body,
    });
    expect([code, json.kind]).toEqual([expect.toSatisfy((each: number) => each >= 400 && each < 500), 'Status']);
    await clear();
  });

  test.each(['constructor', '__proto__', 'toString', 'hasOwnProperty'])('%s is a name like any other', async (word) => {
    const json = { 'content-type': 'application/json' };
    const configMap = `${NAMESPACE}/configmaps/target`;
    const body = JSON.stringify({ metadata: { name: 'target' } });
    await call(`${NAMESPACE}/configmaps`, { method: 'POST', headers: json, body });
    const ask = async (path: string, options: Parameters<typeof call>[1] = {}) => (await call(path, options)).code;
    const methods = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'];
    for (const method of methods) {
      expect(await ask(`${configMap}/${word}`, { method, headers: json, body: method === 'GET' ? '' : '{}' })).toBe(
        404,
      );
      expect(await ask(`/apis/${word}/v1/${word}`, { method, headers: json })).toBe(404);
    }
    expect(await ask(configMap, { headers: { accept: word } })).toBe(406);
    expect(await ask('/apis', { headers: { accept: word } })).toBe(406);
    expect(await ask(configMap, { method: 'PATCH', headers: { 'content-type': word }, body: '{}' })).toBe(415);
    expect(await ask(`${NAMESPACE}/configmaps`, { method: 'POST', headers: { 'content-type': word }, body })).toBe(415);
    expect(await ask(`${NAMESPACE}/configmaps?fieldSelector=${word}=a`)).toBe(400);
    const { json: selected } = await call(`${NAMESPACE}/configmaps?labelSelector=${word}`);
    expect(selected.items ?? selected.reason).toEqual(word === '__proto__' ? 'BadRequest' : []);
    await clear();
  });

  test.each([
    ['a label selector without end', `labelSelector=${'a,'.repeat(3000)}`],
    ['a set of thousands', `labelSelector=a%20in%20(${Array.from({ length: 5000 }, (_, n) => `v${n}`).join(',')})`],
    ['open brackets', `labelSelector=${'('.repeat(20_000)}`],
    [
      'a continue token of rubbish',
      `limit=1&continue=${Buffer.from('{"v":"meta.k8s.io/v1","rv":-5,"start":"../../"}').toString('base64url')}`,
    ],
    [
      'a continue token into another kind',
      `limit=1&continue=${Buffer.from('{"v":"meta.k8s.io/v1","rv":5,"start":"/secrets/"}').toString('base64url')}`,
    ],
  ])('%s is answered at once', async (_what, search) => {
    const { code } = await call(`${NAMESPACE}/configmaps?${search}`);
    expect(code).toBeLessThan(500);
  });
});

/** Ten levels of ten references each: ten thousand million strings when written out. */
function bomb(): string {
  const levels = Array.from({ length: 10 }, (_, n) =>
    n === 0
      ? 'l0: &l0 [x,x,x,x,x,x,x,x,x,x]'
      : `l${n}: &l${n} [${Array(10)
          .fill(`*l${n - 1}`)
          .join(',')}]`,
  );
  return `metadata: {name: x}\n${levels.join('\n')}\n`;
}
