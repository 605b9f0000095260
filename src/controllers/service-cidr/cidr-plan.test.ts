import { describe, expect, test } from 'vitest';
import type { ServiceCIDR } from '#api/networking/v1/service-cidr.ts';
import { planServiceCidr } from './cidr-plan.ts';

const cidr = (name: string, cidrs: string[], deleting = false): ServiceCIDR => ({
  metadata: { name, ...(deleting ? { deletionTimestamp: '2026-01-01T00:00:00Z' } : {}) },
  spec: { cidrs },
});

describe('a range', () => {
  test('is ready while it is wanted', () => {
    expect(planServiceCidr(cidr('a', ['10.0.0.0/24']), [], ['10.0.0.7'])).toEqual({
      finalizer: true,
      condition: { type: 'Ready', status: 'True', reason: '', message: 'Kubernetes Service CIDR is ready' },
    });
  });

  test.each([
    ['no address is in it', [], ['10.0.1.7'], false],
    ['an address is in it', [], ['10.0.0.7'], true],
    ['its first address is used', [], ['10.0.0.0'], true],
    ['another range holds its addresses', [cidr('b', ['10.0.0.0/16'])], ['10.0.0.7'], false],
    ['another range holds some of them', [cidr('b', ['10.0.0.0/29'])], ['10.0.0.7', '10.0.0.8'], true],
    ['the other range goes as well', [cidr('b', ['10.0.0.0/16'], true)], ['10.0.0.7'], true],
    ['an address of the other family is used', [], ['fd00::7'], false],
  ])('that is deleted and of which %s', (_what, others, addresses, stays) => {
    const going = cidr('a', ['10.0.0.0/24'], true);
    const plan = planServiceCidr(going, [going, ...others], addresses);
    expect([plan.finalizer, plan.condition.status, plan.condition.reason]).toEqual([stays, 'False', 'Terminating']);
  });

  test('of both families is judged by both', () => {
    const going = cidr('a', ['10.0.0.0/24', 'fd00::/112'], true);
    expect(planServiceCidr(going, [going], ['fd00::7']).finalizer).toBe(true);
    expect(planServiceCidr(going, [going], ['fd00:1::7']).finalizer).toBe(false);
  });
});
