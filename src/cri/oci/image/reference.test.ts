import { expect, test } from 'vitest';
import { parseReference } from './reference.ts';

const digest = `sha256:${'a'.repeat(64)}`;

test.each([
  ['busybox', 'docker.io/library/busybox:latest'],
  ['busybox:1.36', 'docker.io/library/busybox:1.36'],
  ['team/app', 'docker.io/team/app:latest'],
  ['docker.io/busybox', 'docker.io/library/busybox:latest'],
  ['index.docker.io/library/busybox', 'docker.io/library/busybox:latest'],
  ['localhost/app', 'localhost/app:latest'],
  ['localhost:5000/a/b:c', 'localhost:5000/a/b:c'],
  ['127.0.0.1:5000/a', '127.0.0.1:5000/a:latest'],
  ['registry.k8s.io/pause:3.10', 'registry.k8s.io/pause:3.10'],
  [`busybox@${digest}`, `docker.io/library/busybox@${digest}`],
  [`busybox:1@${digest}`, `docker.io/library/busybox@${digest}`],
])('%s means %s', (given, text) => {
  expect(parseReference(given).text).toBe(text);
});

test.each(['', 'UPPER', 'a b', 'a:', 'a@sha256:12', 'a//b', ':tag', 'invalid:-tag', '../x'])(
  '%j is refused',
  (given) => {
    expect(() => parseReference(given)).toThrow('invalid reference format');
  },
);
