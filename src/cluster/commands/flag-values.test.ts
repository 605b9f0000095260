import { Command } from 'commander';
import { expect, test } from 'vitest';
import { flagValues } from './flag-values.ts';

test('every flag has a value, whoever gave it', () => {
  const command = new Command()
    .option('--api-port <port>', '', '6443')
    .option('--node-name <name>', '')
    .option('--detach', '')
    .option('--leader-elect', '')
    .option('--oidc-required-claim <claim...>', '')
    .parse(['--detach', '--oidc-required-claim', 'a=b', 'c=d'], { from: 'user' });
  expect(flagValues(command)).toEqual({
    'api-port': '6443',
    'node-name': '',
    detach: 'true',
    'leader-elect': 'false',
    'oidc-required-claim': '[a=b,c=d]',
  });
});
