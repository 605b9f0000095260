import { expect, test } from 'vitest';
import { Deployments } from '#api/apps/v1/deployment.ts';
import type { Client } from '#client/client.ts';
import type { ClientRequest } from '#client/transport.ts';
import { newConflict } from '#machinery/errors/status-error.ts';
import { writeScale } from './scale-target.ts';

const scaleAt = (resourceVersion: string) => ({
  metadata: { name: 'web', namespace: 'default', resourceVersion },
  spec: { replicas: 1 },
});

test.each([
  [2, 2],
  [9, 5],
])('a scale that others write at the same time is written again, %i times in a row', async (conflicts, attempts) => {
  const written: unknown[] = [];
  const request = async ({ verb, body }: ClientRequest) => {
    if (verb === 'get') return scaleAt(String(written.length + 1));
    written.push((body as ReturnType<typeof scaleAt>).metadata.resourceVersion);
    if (written.length < conflicts) throw newConflict({ group: 'apps', resource: 'deployments' }, 'web', 'too late');
    return body;
  };
  const client = { transport: { request } } as unknown as Client;
  const write = writeScale(client, { definition: Deployments, scale: scaleAt('1') }, 3);
  if (conflicts > attempts) await expect(write).rejects.toThrow('too late');
  else await write;
  expect(written).toEqual(Array.from({ length: attempts }, (_, index) => String(index + 1)));
});
