import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { KubectlSession } from './support/kubectl-session.ts';

let session: KubectlSession;
const kubectl = (...args: string[]) => session.kubectl(...args);
const apply = (file: string, ...args: string[]) =>
  session.run('kubectl', ['apply', '--server-side', '-f', file, ...args]);
const json = async (...args: string[]) =>
  JSON.parse(await kubectl('get', ...args, '-o', 'json', '--show-managed-fields'));

interface Entry {
  readonly manager: string;
  readonly operation: string;
  readonly subresource?: string;
  readonly fieldsV1: object;
}
const owners = (object: { metadata: { managedFields?: Entry[] } }) =>
  (object.metadata.managedFields ?? []).map(({ manager, operation, subresource }) =>
    [manager, operation, ...(subresource ? [subresource] : [])].join(' '),
  );

const deployment = (name: string, replicas: number | undefined, image = 'web:1') => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name, labels: { app: name } },
  spec: {
    ...(replicas === undefined ? {} : { replicas }),
    selector: { matchLabels: { app: name } },
    template: {
      metadata: { labels: { app: name } },
      spec: {
        containers: [{ name: 'web', image, ports: [{ containerPort: 80 }, { containerPort: 80, protocol: 'UDP' }] }],
      },
    },
  },
});

describe('kubectl with server-side apply', { timeout: 60_000 }, () => {
  beforeAll(async () => {
    session = await KubectlSession.start({ scheduler: false });
  }, 60_000);
  afterAll(() => session?.stop());

  test('applies twice, and changes nothing the second time', async () => {
    const file = session.write('web.json', deployment('web', 2));
    expect(await apply(file)).toEqual({ code: 0, stdout: 'deployment.apps/web serverside-applied\n', stderr: '' });
    const settled = async () => (await json('deployment', 'web')).status?.observedGeneration === 1;
    await expect.poll(settled, { timeout: 30_000 }).toBe(true);
    const own = (object: { metadata: { managedFields: Entry[]; generation: number } }) => [
      object.metadata.generation,
      object.metadata.managedFields.filter(({ operation }) => operation === 'Apply'),
    ];
    const first = own(await json('deployment', 'web'));
    expect((await apply(file)).stdout).toBe('deployment.apps/web serverside-applied\n');
    expect(own(await json('deployment', 'web'))).toEqual(first);
    expect(first[1]).toMatchObject([{ manager: 'kubectl', operation: 'Apply', apiVersion: 'apps/v1' }]);
  });

  test('shows managed fields only when asked', async () => {
    expect(await kubectl('get', 'deployment', 'web', '-o', 'yaml')).not.toContain('managedFields');
    const shown = await kubectl('get', 'deployment', 'web', '-o', 'yaml', '--show-managed-fields');
    expect(shown).toContain('k:{"containerPort":80,"protocol":"UDP"}');
    expect(shown).toContain('manager: kube-controller-manager');
  });

  test('is told of conflicts as upstream tells, and may force them', async () => {
    const file = session.write('conflict.json', deployment('web', 5, 'web:2'));
    const refused = await apply(file, '--field-manager=other');
    expect(refused.code).toBe(1);
    expect(refused.stderr).toBe(`error: Apply failed with 2 conflicts: conflicts with "kubectl":
- .spec.replicas
- .spec.template.spec.containers[name="web"].image
Please review the fields above--they currently have other managers. Here
are the ways you can resolve this warning:
* If you intend to manage all of these fields, please re-run the apply
  command with the \`--force-conflicts\` flag.
* If you do not intend to manage all of the fields, please edit your
  manifest to remove references to the fields that should keep their
  current managers.
* You may co-own fields by updating your manifest to match the existing
  value; in this case, you'll become the manager if the other manager(s)
  stop managing the field (remove it from their configuration).
See https://kubernetes.io/docs/reference/using-api/server-side-apply/#conflicts
`);
    expect((await apply(file, '--field-manager=other', '--force-conflicts')).code).toBe(0);
    expect((await json('deployment', 'web')).spec.replicas).toBe(5);
  });

  test('scales what was applied, and then conflicts over the replicas', async () => {
    const file = session.write('scaled.json', deployment('scaled', 1));
    await apply(file);
    await kubectl('scale', 'deployment/scaled', '--replicas=3');
    expect(owners(await json('deployment', 'scaled'))).toContain('kubectl Update scale');
    const refused = await apply(file);
    expect(refused.stderr).toContain('conflict with "kubectl" with subresource "scale" using apps/v1: .spec.replicas');
    await apply(session.write('unscaled.json', deployment('scaled', undefined)));
    expect((await json('deployment', 'scaled')).spec.replicas).toBe(3);
  });

  test('takes over what client-side apply made', async () => {
    const file = session.write('migrated.json', deployment('migrated', 1));
    await kubectl('apply', '-f', file);
    expect(owners(await json('deployment', 'migrated'))).toContain('kubectl-client-side-apply Update');
    expect(await kubectl('apply', 'view-last-applied', 'deployment', 'migrated')).toContain('name: migrated');
    const changed = session.write('changed.json', deployment('migrated', 2, 'web:2'));
    expect(await apply(changed)).toMatchObject({ code: 0, stdout: 'deployment.apps/migrated serverside-applied\n' });
    const object = await json('deployment', 'migrated');
    expect([object.spec.replicas, owners(object)]).toEqual([
      2,
      expect.not.arrayContaining(['kubectl-client-side-apply Update']),
    ]);
    expect(await kubectl('apply', 'view-last-applied', 'deployment', 'migrated', '-o', 'json')).toContain('web:2');
    await apply(session.write('dropped.json', { ...deployment('migrated', undefined, 'web:2') }));
    expect((await json('deployment', 'migrated')).spec.replicas).toBe(1);
    expect((await session.run('kubectl', ['apply', '-f', file])).code).toBe(0);
    expect((await json('deployment', 'migrated')).spec.template.spec.containers[0].image).toBe('web:1');
  });

  test('shows what server-side apply would change', async () => {
    const file = session.write('diffed.json', deployment('diffed', 1));
    await apply(file);
    expect((await session.run('kubectl', ['diff', '--server-side', '-f', file])).code).toBe(0);
    const other = session.write('diffed-2.json', deployment('diffed', 1, 'web:9'));
    const { code, stdout } = await session.run('kubectl', ['diff', '--server-side', '-f', other]);
    expect([code, stdout]).toEqual([1, expect.stringMatching(/^- +- image: web:1\n\+ +- image: web:9$|image: web:9/m)]);
  });

  test('tries on the server, and refuses what the schema does not know', async () => {
    const dry = session.write('dry.json', deployment('dry', 1));
    expect((await apply(dry, '--dry-run=server')).stdout).toBe(
      'deployment.apps/dry serverside-applied (server dry run)\n',
    );
    expect((await session.run('kubectl', ['get', 'deployment', 'dry'])).code).toBe(1);
    const wrong = session.write('wrong.json', { ...deployment('wrong', 1), nonsense: true });
    expect((await apply(wrong)).stderr).toContain('.nonsense: field not declared in schema');
  });
});
