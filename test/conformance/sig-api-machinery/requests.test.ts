import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { VirtualClock } from '#testing/virtual-clock.ts';
import { waitFor } from '#testing/wait-for.ts';
import { checkApiOperations } from '../support/api-operations.ts';
import { type Collection, Refused } from '../support/collection.ts';
import { type Body, Rest } from '../support/rest.ts';

let rest: Rest;
beforeAll(async () => {
  rest = await Rest.start({ controllers: false, scheduler: false });
});
afterAll(() => rest?.stop());

const condition = {
  type: 'StatusUpdate',
  status: 'True',
  reason: 'Tested',
  message: 'Set by a behaviour',
  lastTransitionTime: '2026-01-02T03:04:05Z',
};

/** What the server itself says of the schema below: a status without it is corrected at once, between a read and an update. */
const found = {
  type: 'Dangling',
  status: 'False',
  reason: 'Found',
  message: 'This FlowSchema references the PriorityLevelConfiguration object named "global-default" and it exists',
  lastTransitionTime: '2026-01-02T03:04:05Z',
};

describe('[sig-api-machinery] API priority and fairness', () => {
  test('should support FlowSchema API operations', async () => {
    await checkApiOperations(rest.of('flowcontrol.apiserver.k8s.io/v1', 'flowschemas'), {
      kind: 'FlowSchema',
      object: {
        spec: {
          matchingPrecedence: 10_000,
          priorityLevelConfiguration: { name: 'global-default' },
          distinguisherMethod: { type: 'ByUser' },
          rules: [
            {
              subjects: [{ kind: 'User', user: { name: 'nobody' } }],
              nonResourceRules: [{ verbs: ['get'], nonResourceURLs: ['*'] }],
            },
          ],
        },
      },
      specPatch: { spec: { matchingPrecedence: 9_999 } },
      settled: ({ status }) => status?.conditions?.length > 0,
      status: { conditions: [condition, found] },
    });
  });

  test('should support PriorityLevelConfiguration API operations', async () => {
    await checkApiOperations(rest.of('flowcontrol.apiserver.k8s.io/v1', 'prioritylevelconfigurations'), {
      kind: 'PriorityLevelConfiguration',
      object: {
        spec: { type: 'Limited', limited: { nominalConcurrencyShares: 2, limitResponse: { type: 'Reject' } } },
      },
      specPatch: { spec: { limited: { nominalConcurrencyShares: 4 } } },
      status: { conditions: [condition] },
    });
  });
});

const TEMPLATES = 60;
const PAGE = 17;
const templateNames = Array.from({ length: TEMPLATES }, (_, index) => `template-${String(index).padStart(4, '0')}`);

const createTemplate = (templates: Collection, name: string) =>
  templates.create({ metadata: { name }, template: { spec: { containers: [{ name: 'test', image: 'test2' }] } } });

/** Makes pod templates, more than a page of them. */
async function createTemplates(on: Rest): Promise<Collection> {
  const templates = on.of('v1', 'podtemplates', await on.namespace('chunking'));
  await Promise.all(templateNames.map((name) => createTemplate(templates, name)));
  return templates;
}

/** Reads page after page, each at the version of the first and saying how many are left; answers the names from `found` on. */
async function readPages(templates: Collection, token: string | undefined, found: number): Promise<string[]> {
  const names: string[] = [];
  let version: string | undefined;
  for (let next = token; ; ) {
    const page = await templates.list({ limit: PAGE, ...(next ? { continue: next } : {}) });
    version ??= page.metadata.resourceVersion;
    expect(page.items.length).toBeLessThanOrEqual(PAGE);
    expect(page.metadata.resourceVersion).toBe(version);
    names.push(...page.items.map((item: Body) => item.metadata.name));
    next = page.metadata.continue;
    const left = TEMPLATES - found - names.length;
    expect(page.metadata.remainingItemCount).toBe(next ? left : undefined);
    if (!next) return names;
  }
}

describe('[sig-api-machinery] Servers: API chunking and Table', () => {
  test('Servers with support for API chunking should return chunks of results for list calls', async () => {
    const templates = await createTemplates(rest);
    const first = await templates.list({ limit: PAGE });
    await createTemplate(templates, 'later');
    await templates.delete('later');
    expect(await readPages(templates, undefined, 0)).toEqual(templateNames);
    // Pages go on at the version of the first, whatever has happened since.
    await templates.delete(templateNames[20]!);
    expect(await readPages(templates, first.metadata.continue, PAGE)).toEqual(templateNames.slice(PAGE));
    expect(await templates.names({ limit: TEMPLATES + 1 })).toEqual(templateNames.filter((_, index) => index !== 20));
    const all = await templates.list();
    expect(all.metadata).not.toHaveProperty('continue');
    expect(all.metadata).not.toHaveProperty('remainingItemCount');
  });

  test('Servers with support for API chunking should support continue listing from the last key if the original version has been compacted away, though the list is inconsistent [Slow]', async () => {
    // From today on, since the connection is checked against today's date.
    const clock = new VirtualClock(Date.now());
    const own = await Rest.start({ controllers: false, scheduler: false, clock });
    try {
      const templates = await createTemplates(own);
      const first = await templates.list({ limit: PAGE });
      expect(first.metadata.remainingItemCount).toBe(TEMPLATES - PAGE);
      const next = { limit: PAGE, continue: first.metadata.continue };
      const other = own.of('v1', 'configmaps', templates.namespace);
      const expired = await waitFor(async () => {
        await other.create({ metadata: { generateName: 'time-passes-' } });
        clock.advance(60_000);
        return templates.list(next).then(
          () => undefined,
          (error: unknown) => error as Refused,
        );
      });
      expect(expired).toBeInstanceOf(Refused);
      expect(expired.status).toMatchObject({
        code: 410,
        reason: 'Expired',
        metadata: { continue: expect.any(String) },
      });
      const token = expired.status.metadata.continue;
      const page = await templates.list({ limit: PAGE, continue: token });
      expect(page.metadata.resourceVersion).not.toBe(first.metadata.resourceVersion);
      expect(await readPages(templates, token, PAGE)).toEqual(templateNames.slice(PAGE));
    } finally {
      await own.stop();
    }
  });

  test('Servers with support for Table transformation should return a 406 for a backend which does not implement metadata', async () => {
    const headers = { accept: 'application/json;as=Table;v=v1;g=meta.k8s.io' };
    const spec = { nonResourceAttributes: { path: '/', verb: 'get' } };
    const body = { apiVersion: 'authorization.k8s.io/v1', kind: 'SelfSubjectAccessReview', spec };
    const path = '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews';
    const answer = await rest.call('POST', path, { body, headers });
    expect(answer).toMatchObject({ code: 406, body: { kind: 'Status', code: 406, reason: 'NotAcceptable' } });
    const list = await rest.call('GET', '/api/v1/namespaces', { headers });
    expect(list.body).toMatchObject({ kind: 'Table', apiVersion: 'meta.k8s.io/v1' });
  });
});

describe('[sig-api-machinery] FieldValidation', () => {
  /** Posts a Deployment as text, strictly. */
  const post = async (metadata: string, spec: string) => {
    const template =
      '"template":{"metadata":{"labels":{"app":"web"}},"spec":{"containers":[{"name":"web","image":"web:1"}]}}';
    const body = `{"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"web"${metadata}},"spec":{${spec}"selector":{"matchLabels":{"app":"web"}},${template}}}`;
    const path = '/apis/apps/v1/namespaces/default/deployments?dryRun=All&fieldManager=test&fieldValidation=';
    const [strict, warn, ignore] = await Promise.all(
      ['Strict', 'Warn', 'Ignore'].map((how) => rest.call('POST', path + how, { body })),
    );
    expect([strict!.code, warn!.code, ignore!.code]).toEqual([400, 201, 201]);
    expect(strict!.body).toMatchObject({ kind: 'Status', reason: 'BadRequest' });
    expect(ignore!.headers).not.toHaveProperty('warning');
    return { message: strict!.body.message, warning: warn!.headers['warning'] };
  };

  test('should detect unknown and duplicate fields of a typed object', async () => {
    const { message, warning } = await post('', '"unknownField":"foo","replicas":2,"replicas":3,');
    expect(message).toContain(
      'strict decoding error: unknown field "spec.unknownField", duplicate field "spec.replicas"',
    );
    expect(warning).toBe('299 - "unknown field \\"spec.unknownField\\"", 299 - "duplicate field \\"spec.replicas\\""');
  });

  test('should detect unknown metadata fields of a typed object', async () => {
    const { message, warning } = await post(',"unknownMeta":"foo"', '');
    expect(message).toContain('strict decoding error: unknown field "metadata.unknownMeta"');
    expect(warning).toBe('299 - "unknown field \\"metadata.unknownMeta\\""');
  });
});
