import { randomUUID } from 'node:crypto';
import { ApiServer, type ApiServerOptions } from '#apiserver/api-server.ts';
import { SYSTEM_MASTERS, type UserInfo } from '#apiserver/user.ts';
import { type Clock, systemClock } from '#base/clock.ts';
import { silentLogger } from '#base/logger.ts';
import { systemRandom } from '#base/random.ts';
import { Client } from '#client/client.ts';
import { generateIssuerKeyPem, loadIssuerKey } from '#cluster/issuer-key.ts';
import { createMemoryStore } from '#storage/memory/memory-store.ts';
import { createCall } from '#testing/call.ts';
import { type Endpoint, listen } from '#testing/endpoint.ts';

const ADMIN: UserInfo = { name: 'kubernetes-admin', groups: [SYSTEM_MASTERS] };
const JSON_HEADERS = { 'content-type': 'application/json' };

type SecureOptions = Pick<ApiServerOptions, 'authentication' | 'authorization'> & { readonly clock?: Clock };

/** Who a request is made by: a certificate and key, or null for none. */
export type Identity = { readonly cert: string; readonly key: string } | null;

/** An API server on loopback, over HTTPS, with the means to ask it who one is. */
export async function startSecureServer({ clock = systemClock, ...options }: SecureOptions = {}) {
  const store = createMemoryStore();
  const issuerKey = await loadIssuerKey(generateIssuerKeyPem());
  const common = { store, clock, random: systemRandom, logger: silentLogger, newUid: randomUUID, issuerKey };
  const apiServer = await ApiServer.start({ ...common, ...options });
  const endpoint: Endpoint = await listen(apiServer, systemClock);
  const call = createCall(endpoint);
  const post = (
    path: string,
    object: object,
    request: { identity?: Identity; headers?: Record<string, string> } = {},
  ) =>
    call(path, {
      method: 'POST',
      body: JSON.stringify(object),
      ...('identity' in request ? { identity: request.identity } : {}),
      headers: { ...JSON_HEADERS, ...request.headers },
    });
  return {
    apiServer,
    endpoint,
    call,
    post,
    admin: new Client(apiServer.transport(ADMIN)),
    clientFor: (user: UserInfo) => new Client(apiServer.transport(user)),
    /** The user info of whoever asks with these headers and this certificate, or the status code of the refusal. */
    async whoAmI(headers: Record<string, string> = {}, identity: Identity = null) {
      const review = { apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview' };
      const answer = await post('/apis/authentication.k8s.io/v1/selfsubjectreviews', review, { identity, headers });
      return answer.code === 201 ? answer.json.status.userInfo : `${answer.code} ${answer.json.message}`;
    },
    async reviewToken(token: string, audiences?: readonly string[]) {
      const review = {
        apiVersion: 'authentication.k8s.io/v1',
        kind: 'TokenReview',
        spec: { token, ...(audiences ? { audiences } : {}) },
      };
      const answer = await post('/apis/authentication.k8s.io/v1/tokenreviews', review);
      return answer.json.status;
    },
    async stop() {
      await apiServer.close(0);
      await store.close();
    },
  };
}

export type SecureServer = Awaited<ReturnType<typeof startSecureServer>>;
