// The measuring part of `cluster/pod`: SERVER and DATA-DIRECTORY of a running cluster whose node has the image `bench:1`.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Pod, Pods } from '#api/core/v1/pod.ts';
import { Client } from '#client/client.ts';
import { HttpTransport } from '#client/http-transport.ts';

const PODS = 10;
const median = (values: number[]) => values.sort((a, b) => a - b)[Math.floor(values.length / 2)] as number;

const [server = '', from = ''] = process.argv.slice(2);
const pem = (name: string) => readFileSync(join(from, 'pki', name), 'utf8');
const transport = new HttpTransport({
  server,
  tls: { ca: pem('ca.crt'), cert: pem('admin.crt'), key: pem('admin.key') },
});
const pods = new Client(transport).of(Pods);
const times: number[] = [];
for (let index = 0; index < PODS; index++) {
  const stop = new AbortController();
  const name = `p${index}`;
  const began = performance.now();
  const running = pods.watch(
    { namespace: 'default', fieldSelector: `metadata.name=${name}` },
    (events) => {
      if (events.some(({ object }) => object.status?.phase === 'Running')) stop.abort();
    },
    stop.signal,
  );
  await pods.create({
    metadata: { name, namespace: 'default' },
    spec: { containers: [{ name: 'c', image: 'bench:1' }] },
  } as Pod);
  await running;
  times.push(performance.now() - began);
}
console.log(`pod created to Running            ${median(times).toFixed(0).padStart(5)} ms (median of ${PODS})`);
await transport.close();
