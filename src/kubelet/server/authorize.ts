import type { IncomingMessage } from 'node:http';
import { SubjectAccessReviews } from '#api/authorization/v1/subject-access-review.ts';
import { own, table } from '#base/table.ts';
import type { Client } from '#client/client.ts';
import { StatusError } from '#machinery/errors/status-error.ts';
import type { Requester } from './requester.ts';

const VERBS = table<string>({ DELETE: 'delete', GET: 'get', PATCH: 'patch', POST: 'create', PUT: 'update' });
/** The parts of a node that stand for what is asked of its agent; any of them will do. All else is its proxy. */
const PARTS = table<readonly string[]>({
  configz: ['configz', 'proxy'],
  healthz: ['healthz', 'proxy'],
  logs: ['log'],
  metrics: ['metrics'],
  pods: ['pods', 'proxy'],
  stats: ['stats'],
});
const PROXY = ['proxy'];

/** Asks the API server each time: a right that is taken away is gone at once. Rejects with a 403 in upstream's words. */
export async function authorize(
  requester: Requester,
  { method = '' }: Pick<IncomingMessage, 'method'>,
  { client, nodeName, root }: { readonly client: Client; readonly nodeName: string; readonly root: string },
): Promise<void> {
  const verb = VERBS[method] ?? '';
  const parts = own(PARTS, root) ?? PROXY;
  for (const subresource of parts) {
    const resourceAttributes = { verb, group: '', version: 'v1', resource: 'nodes', subresource, name: nodeName };
    const spec = { ...requester, resourceAttributes };
    const { status } = await client.of(SubjectAccessReviews).create({ spec });
    if (status?.allowed) return;
  }
  const what = `verb=${verb}, resource=nodes, subresource(s)=[${parts.join(' ')}]`;
  throw new StatusError({ code: 403, reason: 'Forbidden', message: `Forbidden (user=${requester.user}, ${what})` });
}
