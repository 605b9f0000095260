import { expect, test } from 'vitest';
import { PodAddresses } from './pod-addresses.ts';

test('addresses follow each other, past those that are taken', () => {
  const addresses = new PodAddresses();
  const next = () => addresses.next(undefined);
  expect([next(), next()]).toEqual(['10.128.0.1', '10.128.0.2']);
  for (const address of ['10.128.255.254', '10.200.9.9', '192.168.0.1', undefined, 'fd00::1', '10.128.0.7'])
    addresses.taken(address);
  expect([next(), next()]).toEqual(['10.128.255.255', '10.129.0.0']);
});

test('a node with a range has the addresses of its pods out of it, each for one pod at a time', () => {
  const addresses = new PodAddresses();
  const range = '10.244.3.8/29';
  const next = () => addresses.next(range);
  addresses.taken('10.244.3.11');
  expect([next(), next(), next(), next()]).toEqual(['10.244.3.10', '10.244.3.12', '10.244.3.13', '10.244.3.14']);
  expect(next()).toBe('10.128.0.1');
  addresses.free('10.244.3.12');
  addresses.free('10.244.3.10');
  expect([next(), next(), next()]).toEqual(['10.244.3.10', '10.244.3.12', '10.128.0.2']);
  expect(addresses.next('10.244.4.0/24')).toBe('10.244.4.2');
  expect(addresses.next('fd00::/64')).toBe('10.128.0.3');
});
