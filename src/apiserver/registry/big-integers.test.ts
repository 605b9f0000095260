import { afterAll, beforeAll, expect, test } from 'vitest';
import { Job } from '#api/batch/v1/job.ts';
import { decodeProtobuf } from '#machinery/codec/protobuf.ts';
import { createMemoryStore } from '#storage/memory/memory-store.ts';
import { createCall } from '#testing/call.ts';
import { Cluster } from '#testing/cluster.ts';

const store = createMemoryStore();
let cluster: Cluster;
let call: ReturnType<typeof createCall>;
const start = async () => {
  cluster = await Cluster.start({ store, controllers: false, scheduler: false });
  call = createCall(await cluster.listen());
};
beforeAll(start);
afterAll(async () => {
  await cluster.stop();
  await store.close();
});

const JOBS = '/apis/batch/v1/namespaces/default/jobs';
const BIG = '9007199254740993';
const job = (seconds: string) =>
  `{"metadata":{"name":"long"},"spec":{"activeDeadlineSeconds":${seconds},"template":{"spec":{"restartPolicy":"Never","containers":[{"name":"a","image":"b"}]}}}}`;

test('integers past 2^53 are kept to the last digit, in every encoding and over a restart', async () => {
  const headers = { 'content-type': 'application/json' };
  const made = await call(JOBS, { method: 'POST', headers, body: job(BIG) });
  expect([made.code, made.bytes.toString()]).toEqual([201, expect.stringContaining(`"activeDeadlineSeconds":${BIG}`)]);
  const check = async () => {
    for (const path of [`${JOBS}/long`, JOBS, `${JOBS}/long?pretty=true`, `${JOBS}?pretty=true`]) {
      expect((await call(path)).bytes.toString()).toMatch(new RegExp(`"activeDeadlineSeconds": ?${BIG}[,}\\s]`));
    }
    const yaml = await call(`${JOBS}/long`, { headers: { accept: 'application/yaml' } });
    expect(yaml.bytes.toString()).toContain(`activeDeadlineSeconds: ${BIG}\n`);
    const accept = 'application/vnd.kubernetes.protobuf';
    const binary = await call(`${JOBS}/long`, { headers: { accept } });
    expect(decodeProtobuf(binary.bytes, Job).spec?.activeDeadlineSeconds).toBe(BigInt(BIG));
  };
  await check();
  await cluster.stop();
  await start();
  await check();
});

test('integers past 2^63 are refused', async () => {
  const headers = { 'content-type': 'application/json' };
  const { code, json } = await call(JOBS, { method: 'POST', headers, body: job('9223372036854775808') });
  expect([code, json.reason]).toEqual([400, 'BadRequest']);
});
