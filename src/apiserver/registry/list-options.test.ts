import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ConfigMaps } from '#api/core/v1/config-map.ts';
import { createCall } from '#testing/call.ts';
import { Cluster } from '#testing/cluster.ts';

let cluster: Cluster;
let call: ReturnType<typeof createCall>;
const MAPS = '/api/v1/namespaces/default/configmaps';
/** Revisions before and after the second object came. */
let early: string;
let late: string;
let token: string;

beforeAll(async () => {
  cluster = await Cluster.start({ controllers: false, scheduler: false });
  call = createCall(await cluster.listen());
  const maps = cluster.client.of(ConfigMaps);
  const made = [];
  for (const name of ['a', 'b', 'c']) made.push(await maps.create({ metadata: { name, namespace: 'default' } }));
  early = made[0]?.metadata?.resourceVersion ?? '';
  late = made[2]?.metadata?.resourceVersion ?? '';
  token = (await call(`${MAPS}?limit=1`)).json.metadata.continue;
});
afterAll(() => cluster.stop());

const filled = (query: string) => query.replace('EARLY', early).replace('LATE', late).replace('TOKEN', token);

describe('a list', () => {
  test.each([
    ['', ['a', 'b', 'c']],
    ['resourceVersion=0', ['a', 'b', 'c']],
    ['resourceVersion=EARLY', ['a', 'b', 'c']],
    ['resourceVersion=EARLY&limit=9', ['a']],
    ['resourceVersion=EARLY&resourceVersionMatch=Exact', ['a']],
    ['resourceVersion=EARLY&resourceVersionMatch=NotOlderThan', ['a', 'b', 'c']],
    ['resourceVersion=EARLY&resourceVersionMatch=NotOlderThan&limit=9', ['a', 'b', 'c']],
    ['resourceVersion=LATE&resourceVersionMatch=Exact&limit=2', ['a', 'b']],
    ['resourceVersion=0&limit=2', ['a', 'b', 'c']],
    ['resourceVersion=0&resourceVersionMatch=NotOlderThan', ['a', 'b', 'c']],
    ['continue=TOKEN&resourceVersion=0', ['b', 'c']],
    ['continue=TOKEN&limit=1', ['b']],
    ['limit=-1', ['a', 'b', 'c']],
  ])('with %s holds %j', async (query, names) => {
    const { json } = await call(`${MAPS}?${filled(query)}`);
    expect(json.items?.map(({ metadata }: { metadata: { name: string } }) => metadata.name)).toEqual(names);
  });

  test.each([
    ['x', 'invalid syntax'],
    ['-1', 'invalid syntax'],
    ['18446744073709551616', 'value out of range'],
  ])('at revision %s is refused, as a get and a watch are', async (revision, fault) => {
    const message = `resourceVersion: Invalid value: "${revision}": strconv.ParseUint: parsing "${revision}": ${fault}`;
    const answers = await Promise.all(
      [`${MAPS}?`, `${MAPS}/a?`, `${MAPS}?watch=1&`].map((path) => call(`${path}resourceVersion=${revision}`)),
    );
    const deletion = await call(`${MAPS}?resourceVersion=${revision}`, { method: 'DELETE' });
    expect([...answers, deletion].map(({ code, json }) => [code, json.reason, json.message])).toEqual([
      [400, 'BadRequest', `invalid resource version: ${message}`],
      [400, 'BadRequest', message],
      [400, 'BadRequest', message],
      [400, 'BadRequest', `invalid resource version: ${message}`],
    ]);
  });

  const MATCH = 'ListOptions.meta.k8s.io "" is invalid: resourceVersionMatch: ';
  test.each([
    [
      'resourceVersionMatch=Exact',
      422,
      `${MATCH}Forbidden: resourceVersionMatch is forbidden unless resourceVersion is provided`,
    ],
    [
      'resourceVersionMatch=Other&resourceVersion=1',
      422,
      `${MATCH}Unsupported value: "Other": supported values: "", "Exact", "NotOlderThan"`,
    ],
    [
      'resourceVersionMatch=Exact&resourceVersion=0',
      422,
      `${MATCH}Forbidden: resourceVersionMatch "exact" is forbidden for resourceVersion "0"`,
    ],
    [
      'continue=TOKEN&resourceVersion=1&resourceVersionMatch=Exact',
      422,
      `${MATCH}Forbidden: resourceVersionMatch is forbidden when continue is provided`,
    ],
    ['continue=TOKEN&resourceVersion=1', 400, 'specifying resource version is not allowed when using continue'],
    [
      'sendInitialEvents=true',
      422,
      'ListOptions.meta.k8s.io "" is invalid: sendInitialEvents: Forbidden: sendInitialEvents is forbidden for list',
    ],
    ['limit=x', 400, 'strconv.ParseInt: parsing "x": invalid syntax'],
    ['labelSelector=a%20in%20(b', 400, "unable to parse requirement: found '', expected: ',' or ')'"],
    ['labelSelector=,', 400, "found ',', expected: !, identifier, or 'end of string'"],
    [
      'fieldSelector=spec.nothing%3D1',
      400,
      '"spec.nothing" is not a known field selector: only "metadata.name", "metadata.namespace"',
    ],
    ['fieldSelector=x', 400, "invalid selector: 'x'; can't understand 'x'"],
  ])('with %s is refused', async (query, code, message) => {
    const answer = await call(`${MAPS}?${filled(query)}`);
    expect([answer.code, answer.json.message]).toEqual([code, message]);
  });
});

describe('a watch', () => {
  const MATCH = 'ListOptions.meta.k8s.io "" is invalid: ';
  const UNLESS =
    'resourceVersionMatch: Forbidden: resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided';
  const REQUIRES =
    'resourceVersionMatch: Forbidden: sendInitialEvents requires setting resourceVersionMatch to NotOlderThan';
  const SUPPORTED = 'resourceVersionMatch: Unsupported value: "Exact": supported values: "NotOlderThan"';
  test.each([
    ['resourceVersionMatch=NotOlderThan', `${MATCH}${UNLESS}`],
    ['resourceVersionMatch=Exact', `${MATCH}[${UNLESS}, ${SUPPORTED}]`],
    ['sendInitialEvents=true', `${MATCH}${REQUIRES}`],
    ['sendInitialEvents=false', `${MATCH}${REQUIRES}`],
    ['sendInitialEvents=true&resourceVersionMatch=Exact', `${MATCH}[${REQUIRES}, ${SUPPORTED}]`],
    [
      'sendInitialEvents=true&resourceVersionMatch=NotOlderThan&continue=TOKEN',
      `${MATCH}resourceVersionMatch: Forbidden: resourceVersionMatch is forbidden when continue is provided`,
    ],
  ])('with %s is refused', async (query, message) => {
    const { code, json } = await call(`${MAPS}?watch=1&timeoutSeconds=1&${filled(query)}`);
    expect([code, json.message]).toEqual([422, message]);
  });

  test.each([
    ['watch=yes', true],
    ['watch', true],
    ['watch=TRUE', true],
    ['watch=False', false],
    ['watch=0', false],
  ])('is what %s asks for: %j', async (query, isWatch) => {
    const { json } = await call(`${MAPS}?${query}&timeoutSeconds=1&fieldSelector=metadata.name%3Db`);
    expect(json.type).toBe(isWatch ? 'ADDED' : undefined);
  });

  test('is nothing that a read of one object becomes', async () => {
    const { json } = await call(`${MAPS}/b?watch=1`);
    expect([json.kind, json.metadata.name]).toEqual(['ConfigMap', 'b']);
  });

  const INITIAL = 'sendInitialEvents=true&resourceVersionMatch=NotOlderThan';
  const EMPTY = 'sendInitialEvents=false&resourceVersionMatch=NotOlderThan';
  const STATE = ['ADDED a', 'ADDED b', 'ADDED c'];
  const END = 'BOOKMARK undefined';
  const told: readonly (readonly [string, readonly string[]])[] = [
    ['', STATE],
    ['resourceVersion=0', STATE],
    ['resourceVersion=EARLY', ['ADDED b', 'ADDED c']],
    ['resourceVersion=LATE', []],
    ['resourceVersion=999999', []],
    [INITIAL, STATE],
    [`${INITIAL}&allowWatchBookmarks=true`, [...STATE, END]],
    [`${INITIAL}&allowWatchBookmarks=true&resourceVersion=0`, [...STATE, END]],
    [`${INITIAL}&allowWatchBookmarks=true&resourceVersion=EARLY`, [...STATE, END]],
    [`${INITIAL}&allowWatchBookmarks=true&fieldSelector=metadata.name%3Db`, ['ADDED b', END]],
    [EMPTY, []],
    [`${EMPTY}&resourceVersion=EARLY`, ['ADDED b', 'ADDED c']],
    ['fieldSelector=metadata.name%3Db', ['ADDED b']],
    ['limit=1', STATE],
  ];
  test('tells what its revision and its options ask for', async () => {
    const answers = await Promise.all(
      told.map(async ([query]) => {
        const { bytes } = await call(`${MAPS}?watch=1&timeoutSeconds=1&${filled(query)}`);
        const events = bytes
          .toString()
          .split('\n')
          .filter(Boolean)
          .map((line) => JSON.parse(line));
        return [query, events.map(({ type, object }) => `${type} ${object.metadata.name}`)];
      }),
    );
    expect(answers).toEqual(told);
  });

  test('has older paths of its own', async () => {
    const paths = ['/api/v1/watch/namespaces/default/configmaps', '/api/v1/watch/namespaces/default/configmaps/b'];
    const counts = await Promise.all(
      paths.map(
        async (path) => (await call(`${path}?watch=1&timeoutSeconds=1`)).bytes.toString().split('\n').length - 1,
      ),
    );
    expect(counts).toEqual([3, 1]);
  });
});
