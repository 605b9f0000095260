/**
 * Microseconds per operation of the codecs on one Pod, beside the runtime's own JSON and clone.
 * Run with `node bench/run.mjs machinery/codec`.
 */
import { Pod } from '#api/core/v1/pod.ts';
import { encodeForStore, encodeJson, spliceResourceVersion } from '#machinery/codec/encode-json.ts';
import { decodeJson, decodeValue } from '#machinery/codec/json.ts';
import { decodeProtobuf, encodeProtobuf } from '#machinery/codec/protobuf.ts';
import { applyDefaults } from '#machinery/defaults/apply-defaults.ts';
import { deepClone } from '#machinery/objects/deep-clone.ts';
import { deepEqual } from '#machinery/objects/deep-equal.ts';
import { samplePod } from './sample-pod.ts';

const text = JSON.stringify(samplePod());
const bytes = new TextEncoder().encode(text);
const { object, problems } = decodeJson(bytes, Pod);
if (problems.length > 0) throw new Error(problems.join());
const copy = deepClone(object);
const protobuf = encodeProtobuf(object, Pod);
const stored = encodeForStore(object);

const operations: Readonly<Record<string, () => unknown>> = {
  'JSON.parse': () => JSON.parse(text),
  'decodeJson (bytes, strict)': () => decodeJson(bytes, Pod),
  'decodeValue (strict)': () => decodeValue(object, Pod),
  'applyDefaults on a complete Pod': () => applyDefaults(Pod, copy),
  'JSON.stringify': () => JSON.stringify(object),
  'encodeJson (bytes)': () => encodeJson(object),
  encodeForStore: () => encodeForStore(object),
  spliceResourceVersion: () => spliceResourceVersion(stored.bytes, stored.prefixLength, 123456),
  decodeProtobuf: () => decodeProtobuf(protobuf, Pod),
  encodeProtobuf: () => encodeProtobuf(object, Pod),
  structuredClone: () => structuredClone(object),
  deepClone: () => deepClone(object),
  deepEqual: () => deepEqual(object, copy),
};

const ROUNDS = 7;
const ITERATIONS = 3000;

function microseconds(operation: () => unknown): number {
  const times: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const start = performance.now();
    for (let i = 0; i < ITERATIONS; i++) operation();
    times.push(((performance.now() - start) * 1000) / ITERATIONS);
  }
  return times.sort((a, b) => a - b)[ROUNDS >> 1]!;
}

console.log(`one Pod: ${bytes.length} bytes of JSON, ${protobuf.length} bytes of protobuf; median of ${ROUNDS} rounds`);
for (const [name, operation] of Object.entries(operations))
  console.log(`${name.padEnd(34)} ${microseconds(operation).toFixed(1).padStart(8)} µs`);
