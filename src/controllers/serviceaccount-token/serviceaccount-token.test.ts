import { decodeJwt } from 'jose';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { TokenReviews } from '#api/authentication/v1/token-review.ts';
import { type Secret, Secrets } from '#api/core/v1/secret.ts';
import { ServiceAccounts } from '#api/core/v1/service-account.ts';
import { Cluster } from '#testing/cluster.ts';
import { waitFor } from '#testing/wait-for.ts';

let cluster: Cluster;
beforeAll(async () => {
  const controllersOptions = { rootCa: 'CERTIFICATE' };
  cluster = await Cluster.start({
    scheduler: false,
    controllers: ['serviceaccount-token-controller'],
    controllersOptions,
  });
});
afterAll(() => cluster.stop());

const at = { namespace: 'default' };
const secretOf = (name: string, account: string): Secret => ({
  metadata: { name, ...at, annotations: { 'kubernetes.io/service-account.name': account } },
  type: 'kubernetes.io/service-account-token',
});
const text = (value: string | undefined) => Buffer.from(value ?? '', 'base64').toString();
const review = async (token: string) => (await cluster.client.of(TokenReviews).create({ spec: { token } })).status;

test('a secret gets a token of its account, which lasts as long as both', async () => {
  const secrets = cluster.client.of(Secrets);
  const account = await cluster.client.of(ServiceAccounts).create({ metadata: { name: 'robot', ...at } });
  await secrets.create(secretOf('robot-token', 'robot'));
  const filled = await waitFor(async () => {
    const secret = await secrets.get('robot-token', at);
    return secret.data?.['token'] ? secret : undefined;
  });
  const uid = account.metadata?.uid;
  const token = text(filled.data?.['token']);
  expect([text(filled.data?.['ca.crt']), text(filled.data?.['namespace'])]).toEqual(['CERTIFICATE', 'default']);
  expect(filled.metadata?.annotations).toMatchObject({ 'kubernetes.io/service-account.uid': uid });
  expect(decodeJwt(token)).toEqual({
    iss: 'kubernetes/serviceaccount',
    sub: 'system:serviceaccount:default:robot',
    'kubernetes.io/serviceaccount/namespace': 'default',
    'kubernetes.io/serviceaccount/secret.name': 'robot-token',
    'kubernetes.io/serviceaccount/service-account.name': 'robot',
    'kubernetes.io/serviceaccount/service-account.uid': uid,
  });
  expect(await review(token)).toMatchObject({
    authenticated: true,
    user: { username: 'system:serviceaccount:default:robot', uid },
  });
  await cluster.client.of(ServiceAccounts).delete('robot', at);
  await waitFor(async () => !(await secrets.list(at)).items.some(({ metadata }) => metadata?.name === 'robot-token'));
  expect(await review(token)).toEqual({
    user: {},
    error: '[invalid bearer token, Token has been invalidated]',
  });
});

test('a secret for an account that is not there goes', async () => {
  const secrets = cluster.client.of(Secrets);
  await secrets.create(secretOf('lost', 'nobody'));
  await waitFor(async () => !(await secrets.list(at)).items.some(({ metadata }) => metadata?.name === 'lost'));
});

test('an account forgets a secret that is gone', async () => {
  const [secrets, accounts] = [cluster.client.of(Secrets), cluster.client.of(ServiceAccounts)];
  await accounts.create({ metadata: { name: 'keeper', ...at }, secrets: [{ name: 'kept' }, { name: 'gone' }] });
  for (const name of ['kept', 'gone']) await secrets.create(secretOf(name, 'keeper'));
  await waitFor(async () => (await secrets.get('gone', at)).data?.['token']);
  await secrets.delete('gone', at);
  await waitFor(async () => (await accounts.get('keeper', at)).secrets?.length === 1);
  expect((await accounts.get('keeper', at)).secrets).toEqual([{ name: 'kept' }]);
});
