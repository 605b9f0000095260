import { expect, test } from 'vitest';
import { compileDeviceSelector } from './compile-device-selector.ts';
import type { SelectableDevice } from './device-value.ts';

const DEVICE: SelectableDevice = {
  driver: 'dra.example.com',
  attributes: {
    model: { string: 'LATEST-GPU' },
    index: { int: 3 },
    healthy: { bool: true },
    'other.example.com/version': { version: '1.10.0' },
  },
  capacity: { memory: { value: '16Gi' } },
};

const compiled = (expression: string): ReturnType<typeof compileDeviceSelector> => compileDeviceSelector(expression);

function matches(expression: string): boolean | string {
  const program = compiled(expression);
  if ('error' in program) return program.error;
  try {
    return program.matches(DEVICE);
  } catch (error) {
    return `fails: ${(error as Error).message}`;
  }
}

test.each<[string, boolean | string]>([
  ['true', true],
  ['device.driver == "dra.example.com"', true],
  ['device.attributes["dra.example.com"].model == "LATEST-GPU"', true],
  ['device.attributes["dra.example.com"].model.lowerAscii().startsWith("latest")', true],
  ['device.attributes["dra.example.com"].index in [1, 2, 3]', true],
  ['device.attributes["dra.example.com"].healthy', true],
  ['has(device.attributes["dra.example.com"].model)', true],
  ['has(device.attributes["elsewhere.example.com"].model)', false],
  ['"elsewhere.example.com" in device.attributes', false],
  ['device.attributes["elsewhere.example.com"].?model.orValue("none") == "none"', true],
  ['device.attributes["other.example.com"].version.isGreaterThan(semver("1.9.0"))', true],
  ['device.attributes["other.example.com"].version.compareTo(semver("1.10.0")) == 0', true],
  ['device.capacity["dra.example.com"].memory.compareTo(quantity("8Gi")) >= 0', true],
  ['device.capacity["dra.example.com"].memory == quantity("16384Mi")', true],
  ['cel.bind(own, device.attributes["dra.example.com"], own.healthy && own.index > 2)', true],
  ['device.attributes["dra.example.com"].exists(name, name == "index")', true],
  ['device.allowMultipleAllocations', false],
  ['device.attributes["dra.example.com"].model.matches("^(.+)+-GPU$")', true],
  ['device.attributes["dra.example.com"].absent == 1', 'fails: no such key: absent'],
  ['device.attributes["dra.example.com"].absent == 1 || true', true],
  [
    'device.attributes["dra.example.com"].model',
    "fails: CEL result of type string could not be converted to bool: type conversion error from 'string' to 'bool'",
  ],
  ['"text"', 'must evaluate to bool or the unknown type, not string'],
  [
    'noSuchVar',
    "compilation failed: ERROR: <input>:1:1: undeclared reference to 'noSuchVar' (in container '')\n | noSuchVar\n | ^",
  ],
  [
    'device.name == "a"',
    'compilation failed: ERROR: <input>:1:7: undefined field \'name\'\n | device.name == "a"\n | ......^',
  ],
  [
    'device.driver > 3',
    "compilation failed: ERROR: <input>:1:15: found no matching overload for '_>_' applied to '(string, int)'\n | device.driver > 3\n | ..............^",
  ],
  [
    'device.driver.startsWith(',
    "compilation failed: ERROR: <input>:1:26: Syntax error: mismatched input '<EOF>' expecting {'[', '{', '(', ')', '.', '-', '!', 'true', 'false', 'null', NUM_FLOAT, NUM_INT, NUM_UINT, STRING, BYTES, IDENTIFIER}\n | device.driver.startsWith(\n | .........................^",
  ],
])('%s selects a device, or not', (expression, expected) => {
  expect(matches(expression)).toEqual(expected);
});

test('A selector that costs too much is given up', () => {
  const nested = Array.from({ length: 7 }, (_, depth) => `[0,1,2,3,4,5,6,7].all(v${depth}, `).join('');
  expect(matches(`${nested}true${')'.repeat(7)}`)).toBe('fails: operation cancelled: actual cost limit exceeded');
});

test.each<[string, boolean]>([
  ['device.driver == "dra.example.com"', true],
  ['device.attributes["dra.example.com"].model.lowerAscii().matches("^(latest|older)-.*")', true],
  ['device.attributes["dra.example.com"].all(name, name.startsWith("a"))', true],
  ['device.capacity["dra.example.com"].memory.compareTo(quantity("8Gi")) >= 0', true],
  ['device.capacity["dra.example.com"].memory == quantity("8Gi")', true],
  ['cel.bind(own, device.attributes["dra.example.com"], own.model == "A" || own.model == "B")', true],
  ['device.attributes.all(a, device.attributes.all(b, device.attributes[a].all(c, c != "x")))', true],
  [
    'device.attributes.all(a, device.attributes.all(b, device.attributes[a].all(c, device.attributes[b].all(d, c != d))))',
    false,
  ],
])('whether %s can cost too much is known before: %s', (expression, expected) => {
  const program = compileDeviceSelector(expression);
  expect('error' in program ? program.error : program.isCheap).toBe(expected);
});
