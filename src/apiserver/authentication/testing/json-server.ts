import type { IncomingHttpHeaders } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { systemClock } from '#base/clock.ts';
import { CertificateAuthority } from '#cluster/certificates/authority.ts';

/** Answers a request by its path and body; undefined is 404, a number that status, a text the body as it is. */
export type JsonHandler = (
  path: string,
  body: unknown,
  headers: IncomingHttpHeaders,
) => object | number | string | undefined | Promise<object | undefined>;

/** A small HTTPS server on loopback that speaks JSON, with a certificate of its own authority. */
export async function startJsonServer(handler: JsonHandler) {
  const authority = await CertificateAuthority.create('json-server-ca', systemClock);
  const { key, certificate } = await authority.issue({ commonName: 'localhost', hosts: ['localhost', '127.0.0.1'] });
  const server: Server = createServer({ key, cert: certificate }, (request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk) => chunks.push(chunk));
    request.on('end', async () => {
      const text = Buffer.concat(chunks).toString();
      const answer = await handler(request.url ?? '/', text === '' ? undefined : JSON.parse(text), request.headers);
      const code = answer === undefined ? 404 : typeof answer === 'number' ? answer : 200;
      response.writeHead(code, { 'content-type': 'application/json' });
      response.end(typeof answer === 'string' ? answer : JSON.stringify(typeof answer === 'object' ? answer : {}));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `https://127.0.0.1:${port}`,
    ca: authority.pair.certificate,
    stop: () => new Promise<void>((resolve) => server.close(() => resolve())),
  };
}
