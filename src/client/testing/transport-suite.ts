import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type ConfigMap, ConfigMaps } from '#api/core/v1/config-map.ts';
import { Roles } from '#api/rbac/v1/role.ts';
import { Client } from '../client.ts';
import { Informer } from '../informer.ts';
import { jsonPatch, mergePatch, strategicPatch } from '../options.ts';
import type { Transport, WatchEvent } from '../transport.ts';

export interface TransportHarness {
  readonly transport: Transport;
  close(): Promise<void>;
}

/** What every transport must do, for an administrator of a running cluster. */
export function runTransportSuite(name: string, open: () => Promise<TransportHarness>): void {
  describe(`${name} transport`, () => {
    let harness: TransportHarness;
    const namespace = 'default';
    const maps = () => new Client(harness.transport).of(ConfigMaps);
    const map = (mapName: string, data: Record<string, string> = {}): ConfigMap => ({
      metadata: { name: mapName, namespace },
      data,
    });

    beforeAll(async () => {
      harness = await open();
    });
    afterAll(() => harness.close());

    test('carries objects both ways', async () => {
      const created = await maps().create(map('a', { text: 'grüße "\\ \u2028', empty: '' }));
      expect(await maps().get('a', { namespace })).toEqual(created);
      expect(created.data).toEqual({ text: 'grüße "\\ \u2028', empty: '' });
    });

    test('leaves out lists that JSON shows as null', async () => {
      const roles = new Client(harness.transport).of(Roles);
      const created = await roles.create({ metadata: { name: 'idle', namespace } });
      const listed = (await roles.list({ namespace })).items.find((role) => role.metadata?.name === 'idle');
      const read = await roles.get('idle', { namespace });
      expect([created, read, listed].map((role) => role && 'rules' in role)).toEqual([false, false, false]);
    });

    test('carries every kind of patch', async () => {
      await maps().create(map('patched', { a: '1' }));
      await maps().patch('patched', mergePatch({ data: { b: '2' } }), { namespace });
      await maps().patch('patched', strategicPatch({ data: { c: '3' } }), { namespace });
      const last = await maps().patch('patched', jsonPatch([{ op: 'remove', path: '/data/a' }]), { namespace });
      expect(last.data).toEqual({ b: '2', c: '3' });
    });

    test('rejects with the server’s Status', async () => {
      const error = await maps()
        .get('missing', { namespace })
        .catch((reason) => reason);
      expect(error.status).toMatchObject({
        kind: 'Status',
        status: 'Failure',
        reason: 'NotFound',
        code: 404,
        message: 'configmaps "missing" not found',
        details: { name: 'missing', kind: 'configmaps' },
      });
    });

    test('does nothing in a dry run', async () => {
      const answer = await maps().create(map('dry'), { dryRun: true });
      expect(answer.metadata?.uid).toBeTruthy();
      await expect(maps().get('dry', { namespace })).rejects.toMatchObject({ code: 404 });
    });

    test('delivers watch events in order until the signal aborts', async () => {
      const stop = new AbortController();
      const { metadata } = await maps().list({ namespace });
      const seen: string[] = [];
      const watching = maps().watch(
        { namespace, resourceVersion: metadata.resourceVersion as string },
        (events: readonly WatchEvent<ConfigMap>[]) => {
          for (const event of events) seen.push(`${event.type} ${event.object.metadata?.name}`);
          if (seen.length >= 3) stop.abort();
        },
        stop.signal,
      );
      const made = await maps().create(map('seen'));
      await maps().update({ ...made, data: { n: '1' } });
      await maps().delete('seen', { namespace });
      await watching;
      expect(seen).toEqual(['ADDED seen', 'MODIFIED seen', 'DELETED seen']);
    });

    test('ends a watch whose time is over', async () => {
      await maps().watch({ namespace, timeoutSeconds: 1 }, () => {}, new AbortController().signal);
    });

    test('keeps an informer current', async () => {
      const stop = new AbortController();
      const informer = new Informer(maps(), { namespace });
      const running = informer.run(stop.signal);
      await informer.synced();
      const gone = new Promise<string>((resolve) =>
        informer.addHandler({ deleted: (object) => resolve(`${object.metadata?.name} ${object.data?.['n']}`) }),
      );
      const made = await maps().create(map('informed', { n: '1' }));
      await maps().update({ ...made, data: { n: '2' } });
      await maps().delete('informed', { namespace });
      expect(await gone).toBe('informed 2');
      expect(informer.store.get('informed', namespace)).toBeUndefined();
      stop.abort();
      await running;
    });
  });
}
