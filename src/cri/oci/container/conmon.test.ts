import { expect, test } from 'vitest';
import { conmonArgs, runtimeMessage } from './conmon.ts';

test.each([
  ['', 'unknown error'],
  [
    '2024-01-01T00:00:00.000Z: executable file `x` not found: No such file or directory\n',
    'executable file `x` not found: No such file or directory',
  ],
  [
    'time="2024-01-01T00:00:00Z" level=error msg="runc run failed: exec: \\"x\\": not found"\n',
    'runc run failed: exec: "x": not found',
  ],
  ['first\nlast\n\n', 'last'],
])('takes the message from %j', (text, expected) => {
  expect(runtimeMessage(text)).toBe(expected);
});

test('asks conmon for what a container needs', () => {
  const request = {
    program: 'conmon',
    runtimeProgram: '/p/crun-create',
    containerId: 'c1',
    bundle: '/b',
    logPath: '/logs/0.log',
    exitDirectory: '/exits',
    tty: true,
    stdin: true,
    keepStdinOpen: true,
  };
  const common = '--api-version -c c1 -u c1 -r /p/crun-create -b /b -p /b/pid -P /b/conmon.pid -l k8s-file:/logs/0.log';
  const rest = '--exit-dir /exits --full-attach --no-sync-log --log-level error';
  expect(conmonArgs(request).join(' ')).toBe(`${common} ${rest} -t -i --leave-stdin-open`);
  const exec = { ...request, tty: false, stdin: false, keepStdinOpen: false, execProcess: '/b/process.json' };
  expect(conmonArgs(exec).join(' ')).toBe(`${common} ${rest} -e --exec-attach --exec-process-spec /b/process.json`);
});
