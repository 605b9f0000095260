import { once } from 'node:events';
import { PassThrough, Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { setTimeout } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { AsyncQueue } from '#base/async-queue.ts';
import { Collector, type CriHarness } from '../cri-harness.ts';

/** exec, attach and port forwarding. */
export function streamingSuite(harness: () => CriHarness): void {
  describe('exec', () => {
    test('collects output and exit code', async () => {
      const container = await harness().runForever();
      const script = 'echo out; echo err >&2; exit 4';
      const result = await harness().cri.execSync(container.id, ['sh', '-c', script]);
      expect([result.stdout.toString(), result.stderr.toString(), result.exitCode]).toEqual(['out\n', 'err\n', 4]);
    });

    test('has the environment, user and restrictions of the container', async () => {
      const security = { noNewPrivileges: true, capabilities: { add: [], drop: ['ALL'] } };
      const container = await harness().runForever({ image: 'app:v1', command: ['/bin/sleep', '1000'], security });
      const script = 'id -u; pwd; echo $GREETING; grep -E "NoNewPrivs|CapEff" /proc/self/status | tr -d "\\t"';
      expect(await harness().execText(container, 'sh', '-c', script)).toBe(
        '1000\n/home\nhello\nCapEff:0000000000000000\nNoNewPrivs:1\n',
      );
    });

    test('ends what takes too long', async () => {
      const container = await harness().runForever();
      await expect(harness().cri.execSync(container.id, ['sleep', '987'], 0.3)).rejects.toMatchObject({
        code: 'DeadlineExceeded',
      });
      expect(await harness().execText(container, 'ps', '-o', 'args')).not.toContain('sleep 987');
    });

    test('says what cannot be run', async () => {
      const container = await harness().runForever();
      await expect(harness().cri.execSync(container.id, ['/no/such'])).rejects.toThrow(/\/no\/such.*no such file/i);
      await expect(harness().cri.execSync('none', ['true'])).rejects.toMatchObject({ code: 'NotFound' });
      await harness().cri.stopContainer(container.id, 0);
      await expect(harness().cri.execSync(container.id, ['true'])).rejects.toThrow('CONTAINER_EXITED');
    });

    test('passes input on to its end', async () => {
      const container = await harness().runForever();
      const input = 'x'.repeat(300_000);
      const result = await harness().exec(container, ['sh', '-c', 'wc -c; echo done >&2'], {
        stdin: Readable.from([input]),
      });
      expect(result).toEqual({ code: 0, stdout: '300000\n', stderr: 'done\n' });
    });

    test('passes on much output to a slow reader', async () => {
      const container = await harness().runForever();
      const stdout = new PassThrough();
      const done = harness().cri.exec(container.id, ['head', '-c', '1000000', '/dev/zero'], { stdout, tty: false });
      await setTimeout(300);
      let length = 0;
      stdout.on('data', (chunk: Buffer) => (length += chunk.length));
      expect(await done).toBe(0);
      expect(length).toBe(1_000_000);
    });

    test('lets a command open its standard streams by name', async () => {
      const container = await harness().runForever();
      const result = await harness().exec(container, ['sh', '-c', 'echo a > /dev/stdout; echo b > /dev/stderr']);
      expect(result).toEqual({ code: 0, stdout: 'a\n', stderr: 'b\n' });
    });

    test('gives a terminal that knows its size', async () => {
      const container = await harness().runForever();
      const resize = new AsyncQueue<{ width: number; height: number }>();
      resize.push({ width: 99, height: 33 });
      const stdin = new PassThrough();
      const stdout = new Collector();
      const script =
        'stty -echo; until [ "$(stty size)" = "33 99" ]; do sleep 0.02; done; tty; read line; echo "got $line" >&2; exit 5';
      const done = harness().cri.exec(container.id, ['sh', '-c', script], { stdin, stdout, tty: true, resize });
      await stdout.has(/\/dev\/pts\/\d+/);
      stdin.write('hello\n');
      expect(await done).toBe(5);
      expect(stdout.text).toMatch(/got hello\r\n$/);
    });

    test('is killed when the caller goes away', async () => {
      const container = await harness().runForever();
      for (const tty of [false, true]) {
        const abort = new AbortController();
        const stdout = new Collector();
        const command = ['sh', '-c', 'echo started; exec sleep 876'];
        const done = harness().cri.exec(container.id, command, { stdout, tty, signal: abort.signal });
        await stdout.has(/started/);
        abort.abort();
        await done.catch(() => {});
        expect(await harness().execText(container, 'ps', '-o', 'args')).not.toContain('sleep 876');
      }
    });
  });

  describe('attach', () => {
    test('passes input once and ends with the container', async () => {
      const container = await harness().run({ command: ['cat'], stdin: true, stdinOnce: true });
      const stdout = new Collector();
      const stdin = new PassThrough();
      const done = harness().cri.attach(container.id, { stdin, stdout, tty: false });
      stdin.write('one\n');
      await stdout.has(/one\n/);
      stdin.end('two\n');
      await done;
      expect(stdout.text).toBe('one\ntwo\n');
      expect(await harness().exited(container)).toMatchObject({ exitCode: 0 });
    });

    test('separates error output, and lets go without harm', async () => {
      const script = 'while read line; do echo "out $line"; echo "err $line" >&2; done';
      const container = await harness().run({ command: ['sh', '-c', script], stdin: true });
      const [stdout, stderr, stdin] = [new Collector(), new Collector(), new PassThrough()];
      const abort = new AbortController();
      const done = harness().cri.attach(container.id, { stdin, stdout, stderr, tty: false, signal: abort.signal });
      stdin.write('x\n');
      await Promise.all([stdout.has(/out x\n/), stderr.has(/err x\n/)]);
      expect([stdout.text, stderr.text]).toEqual(['out x\n', 'err x\n']);
      abort.abort();
      await done;
      expect(await harness().cri.containerStatus(container.id)).toMatchObject({ state: 'RUNNING' });
    });

    test('speaks to a terminal', async () => {
      const container = await harness().run({ command: ['sh'], stdin: true, tty: true });
      const [stdout, stdin] = [new Collector(), new PassThrough()];
      const done = harness().cri.attach(container.id, { stdin, stdout, tty: true });
      stdin.write('tty; exit 6\n');
      await done;
      expect(stdout.text).toMatch(/\/dev\/pts\/\d+\r\n/);
      expect(await harness().exited(container)).toMatchObject({ exitCode: 6 });
    });

    test('needs a running container', async () => {
      const container = await harness().run({ command: ['true'] });
      await harness().exited(container);
      await expect(harness().cri.attach(container.id, { tty: false })).rejects.toThrow('CONTAINER_EXITED');
    });
  });

  describe('port forwarding', () => {
    test('reaches a port on loopback in the pod, both ways, with half-close', async () => {
      const command = ['sh', '-c', 'nc -l -p 8099 -e wc -c; sleep 1000'];
      const container = await harness().run({ command });
      const listening = ['sh', '-c', 'until netstat -ltn | grep -q :8099; do sleep 0.02; done'];
      await harness().cri.execSync(container.id, listening);
      const connection = await harness().cri.portForward(container.sandboxId, 8099);
      const stdout = new Collector();
      connection.pipe(stdout);
      connection.end('y'.repeat(100_000));
      await once(connection, 'end');
      expect(stdout.text.trim()).toBe('100000');
    });

    test('loses nothing of what is said just before the other side closes, however many talk at once', async () => {
      const command = ['sh', '-c', 'echo page > /tmp/index.html; httpd -f -p 8098 -h /tmp'];
      const container = await harness().run({ command });
      const listening = ['sh', '-c', 'until netstat -ltn | grep -q :8098; do sleep 0.02; done'];
      await harness().cri.execSync(container.id, listening);
      const ask = async () => {
        const connection = await harness().cri.portForward(container.sandboxId, 8098);
        connection.write('GET / HTTP/1.0\r\n\r\n');
        // Who is not read at once must not lose anything either.
        await setTimeout(50);
        const said = await text(connection);
        connection.destroy();
        return said;
      };
      const answers = await Promise.all(Array.from({ length: 12 }, ask));
      for (const answer of answers) expect(answer).toMatch(/^HTTP\/1\.[01] 200 OK[\s\S]*page\n$/);
    });

    test('says when nobody listens', async () => {
      const { id } = await harness().sandbox();
      await expect(harness().cri.portForward(id, 9)).rejects.toThrow('connection refused');
      await expect(harness().cri.portForward('none', 9)).rejects.toMatchObject({ code: 'NotFound' });
    });
  });
}
