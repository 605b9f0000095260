import { readFileSync, renameSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { type CriHarness, logText } from '../cri-harness.ts';

/** Container logs in the format of the container runtime interface. */
export function logSuite(harness: () => CriHarness): void {
  describe('logs', () => {
    test('keep lines of any length whole, and an unfinished last line', async () => {
      const script = `head -c 40000 /dev/zero | tr '\\0' x; echo; printf 'no newline'`;
      const container = await harness().run({ command: ['sh', '-c', script] });
      await harness().exited(container);
      const lines = readFileSync(container.logPath, 'utf8').split('\n').slice(0, -1);
      expect(lines.map((line) => line.split(' ')[2])).toContain('P');
      expect(logText(container.logPath)).toMatch(/^x{40000}\nno newline\n?$/);
      expect(lines[0]).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}(Z|[+-]\d\d:\d\d) stdout P x+$/);
    });

    test('are written to a new file after rotation', async () => {
      const fifo = 'mkfifo /tmp/go; echo before; read line < /tmp/go; echo after';
      const container = await harness().run({ command: ['sh', '-c', fifo] });
      while (logText(container.logPath) !== 'before\n') await new Promise((resolve) => setTimeout(resolve, 5));
      renameSync(container.logPath, `${container.logPath}.1`);
      await harness().cri.reopenContainerLog(container.id);
      await harness().execText(container, 'sh', '-c', 'echo go > /tmp/go');
      await harness().exited(container);
      expect(logText(container.logPath)).toBe('after\n');
      expect(logText(`${container.logPath}.1`)).toBe('before\n');
    });

    test('of a container that has ended cannot be reopened', async () => {
      const container = await harness().run({ command: ['true'] });
      await harness().exited(container);
      await expect(harness().cri.reopenContainerLog(container.id)).rejects.toThrow('not running');
      await expect(harness().cri.reopenContainerLog('none')).rejects.toMatchObject({ code: 'NotFound' });
    });
  });
}
