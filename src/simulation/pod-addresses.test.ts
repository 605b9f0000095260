import { expect, test } from 'vitest';
import { PodAddresses } from './pod-addresses.ts';

test('addresses follow each other, past those that are taken', () => {
  const addresses = new PodAddresses();
  expect([addresses.next(), addresses.next()]).toEqual(['10.128.0.1', '10.128.0.2']);
  for (const address of ['10.128.255.254', '10.200.9.9', '192.168.0.1', undefined, '10.128.0.7'])
    addresses.taken(address);
  expect([addresses.next(), addresses.next()]).toEqual(['10.128.255.255', '10.129.0.0']);
});
