import fc from 'fast-check';
import { afterEach, describe, expect, test } from 'vitest';
import { ErrorCode } from './error-code.ts';
import { Flag, FrameType, settingsFrame } from './frame.ts';
import type { Http2Stream } from './stream.ts';
import { frame, PREFACE, RawPeer, type Told } from './testing/raw-peer.ts';

const peers: RawPeer[] = [];
afterEach(() => {
  for (const peer of peers.splice(0)) peer.close();
});
function start(onStream?: (stream: Http2Stream) => void): RawPeer {
  const peer = new RawPeer(onStream);
  peers.push(peer);
  return peer;
}
function greeted(onStream?: (stream: Http2Stream) => void, settings?: Uint8Array): RawPeer {
  const peer = start(onStream);
  peer.greet(settings);
  return peer;
}

const number = (...values: readonly number[]) => {
  const bytes = Buffer.alloc(4 * values.length);
  for (const [at, value] of values.entries()) bytes.writeUInt32BE(value, 4 * at);
  return bytes;
};
/** What a priority says that waits for a stream. */
const waiting = (stream: number) => Buffer.concat([number(stream), Buffer.from([15])]);
const settings = (...pairs: readonly (readonly [number, number])[]) => settingsFrame(pairs).subarray(9);
const OK = [':status', '200'];
const { endStream, endHeaders, padded, priority } = Flag;
/** Frames by what they say, without the greeting. */
const saying = (told: readonly Told[]) =>
  told
    .filter(
      ({ type, payload }) => type !== 'settings' && !(type === 'windowUpdate' && payload.readUInt32BE(0) > 1 << 20),
    )
    .map(({ type, stream, payload }) => [type, stream, ...(type === 'reset' ? [payload.readUInt32BE(0)] : [])]);
const bodyOf = (told: readonly Told[], stream = 1) =>
  Buffer.concat(told.filter((each) => each.type === 'data' && each.stream === stream).map(({ payload }) => payload));
const bodyBytes = (told: readonly Told[]) =>
  told.reduce((sum, { type, payload }) => sum + (type === 'data' ? payload.length : 0), 0);
const isWhole = (told: readonly Told[], stream = 1) =>
  told.some((each) => each.stream === stream && (each.flags & endStream) !== 0);

test('a connection begins with what the server takes, and acknowledges what the client takes', async () => {
  const peer = greeted();
  const [own, window, ack] = await peer.told();
  expect([own?.type, own?.payload.length, window?.type, ack?.type, ack?.flags]).toEqual([
    'settings',
    18,
    'windowUpdate',
    'settings',
    Flag.ack,
  ]);
});

test('a request is answered, and the stream is over', async () => {
  const peer = greeted((stream) => stream.respondWhole([...OK, 'content-type', 'text/plain'], Buffer.from('hello')));
  peer.say(peer.request(1, { ':path': '/a', accept: '*/*' }));
  const told = await peer.told();
  expect(saying(told)).toEqual([
    ['headers', 1],
    ['data', 1],
  ]);
  expect(peer.fields(told.find(({ type }) => type === 'headers') as Told)).toEqual([
    ...OK,
    'content-type',
    'text/plain',
  ]);
  expect([bodyOf(told).toString(), isWhole(told)]).toEqual(['hello', true]);
  const [stream] = peer.streams;
  expect([stream?.request, stream?.isClosed]).toEqual([{ method: 'GET', path: '/a', contentLength: undefined }, true]);
});

test('an answer to a request whose body is not wanted ends the stream without a fault', async () => {
  const peer = greeted((stream) => stream.respondWhole(OK, Buffer.from('no')));
  peer.say(peer.request(1, { ':method': 'POST' }, 0));
  expect(saying(await peer.told())).toEqual([
    ['headers', 1],
    ['data', 1],
  ]);
  // Later, so that it reads the answer first.
  expect(saying(await peer.next('reset'))).toEqual([['reset', 1, ErrorCode.none]]);
  // It may not know yet.
  peer.say(frame('data', 1, 'body'), frame('windowUpdate', 1, number(1)), frame('data', 1, 'end', endStream));
  expect(saying(await peer.told())).toEqual([]);
  peer.say(frame('data', 1, 'more'));
  expect(saying(await peer.told())).toEqual([['goAway', 0]]);
});

test('a body is told in pieces, with or without padding, and trailers end it', async () => {
  const pieces: string[] = [];
  const peer = greeted((stream) =>
    stream.read({ data: (chunk) => void pieces.push(String(chunk)), end: () => void pieces.push('end') }),
  );
  peer.say(peer.request(1, { ':method': 'POST' }, 0), frame('data', 1, 'one'));
  peer.say(frame('data', 1, Buffer.from('\x02two\0\0'), padded));
  peer.say(frame('headers', 1, peer.block({ 'x-checksum': '1' }), endStream | endHeaders));
  expect([pieces, peer.streams[0]?.isReceived]).toEqual([['one', 'two', 'end'], true]);
});

test('a client that asks before it sends is told to go on', async () => {
  const peer = greeted((stream) => stream.goOn());
  peer.say(peer.request(1, { ':method': 'POST' }, 0));
  const told = await peer.told();
  expect(peer.fields(told.find(({ type }) => type === 'headers') as Told)).toEqual([':status', '100']);
  expect(peer.streams[0]?.isAnswered).toBe(false);
});

describe('a client that breaks the rules of a connection loses it', () => {
  const { protocol, frameSize, flowControl, compression, streamClosed, enhanceYourCalm } = ErrorCode;
  const get = (peer: RawPeer, stream = 1) => peer.request(stream);
  test.each<[string, number, (peer: RawPeer) => Uint8Array[]]>([
    ['data before a request', protocol, () => [frame('data', 1)]],
    ['data of nothing', protocol, () => [frame('data', 0)]],
    ['data when it has ended', streamClosed, (peer) => [get(peer), frame('reset', 1, number(8)), frame('data', 1)]],
    ['a request on an even stream', protocol, (peer) => [get(peer, 2)]],
    ['a request on no stream', protocol, (peer) => [get(peer, 0)]],
    ['an older request', streamClosed, (peer) => [get(peer, 3), get(peer, 1)]],
    ['more padding than frame', protocol, () => [frame('headers', 1, '\x05ab', padded | endHeaders)]],
    ['a priority that is cut off', frameSize, () => [frame('headers', 1, 'ab', priority | endHeaders)]],
    ['a request that waits for itself', protocol, () => [frame('headers', 1, number(1, 0), priority | endHeaders)]],
    ['a broken header', compression, () => [frame('headers', 1, '\xff'.repeat(9), endHeaders)]],
    ['something inside a header', protocol, () => [frame('headers', 1), frame('ping', 0, Buffer.alloc(8))]],
    ['a header that goes on elsewhere', protocol, () => [frame('headers', 1), frame('continuation', 3)]],
    ['a header that goes on without one', protocol, () => [frame('continuation', 1)]],
    [
      'a header without end',
      enhanceYourCalm,
      () => [frame('headers', 1), ...Array(1000).fill(frame('continuation', 1))],
    ],
    ['a reset before a request', protocol, () => [frame('reset', 1, number(8))]],
    ['a reset of nothing', protocol, () => [frame('reset', 0, number(8))]],
    ['a reset of another size', frameSize, (peer) => [get(peer), frame('reset', 1, 'abc')]],
    ['settings of a stream', protocol, () => [frame('settings', 1)]],
    ['settings that are cut off', frameSize, () => [frame('settings', 0, 'abc')]],
    ['an acknowledgement that says something', frameSize, () => [frame('settings', 0, 'abcdef', Flag.ack)]],
    ['a window past all measure in settings', flowControl, () => [frame('settings', 0, settings([4, 0x80000000]))]],
    ['a smaller frame than anybody has', protocol, () => [frame('settings', 0, settings([5, 100]))]],
    ['half a push', protocol, () => [frame('settings', 0, settings([2, 2]))]],
    ['a promise', protocol, () => [frame('pushPromise', 1, number(2), endHeaders)]],
    ['a ping of a stream', protocol, () => [frame('ping', 1, Buffer.alloc(8))]],
    ['a ping of another size', frameSize, () => [frame('ping', 0, Buffer.alloc(7))]],
    ['a window that does not grow', protocol, () => [frame('windowUpdate', 0, number(0))]],
    ['a window of another size', frameSize, () => [frame('windowUpdate', 0, 'abc')]],
    ['a window before a request', protocol, () => [frame('windowUpdate', 1, number(1))]],
    ['a window past all measure', flowControl, () => Array(2).fill(frame('windowUpdate', 0, number(0x7fffffff)))],
    ['going away from one stream', protocol, () => [frame('goAway', 1, number(0, 0))]],
    ['a priority of nothing', protocol, () => [frame('priority', 0, Buffer.alloc(5))]],
    ['a priority of another size', frameSize, () => [frame('priority', 1, Buffer.alloc(4))]],
    ['a frame past all measure', frameSize, () => [frame('data', 1, Buffer.alloc(16_385))]],
    ['pieces of nothing', enhanceYourCalm, (peer) => [peer.request(1, {}, 0), ...Array(1001).fill(frame('data', 1))]],
    [
      'requests taken back without end',
      enhanceYourCalm,
      (peer) =>
        Array.from({ length: 1001 }, (_, n) => [get(peer, 2 * n + 1), frame('reset', 2 * n + 1, number(8))]).flat(),
    ],
  ])('%s', async (_what, code, frames) => {
    const peer = greeted();
    peer.say(...frames(peer));
    const goAway = (await peer.told()).find(({ type }) => type === 'goAway');
    expect([goAway?.payload.readUInt32BE(4), peer.isEnded]).toEqual([code, true]);
    expect(peer.streams.every(({ isClosed }) => isClosed)).toBe(true);
  });

  test.each([
    ['another protocol', Buffer.from('GET / HTTP/1.1\r\n\r\n')],
    ['no settings', Buffer.concat([PREFACE, frame('ping', 0, Buffer.alloc(8))])],
  ])('one that begins with %s, too', async (_what, bytes) => {
    const peer = start();
    peer.say(bytes);
    expect((await peer.told()).map(({ type }) => type)).toContain('goAway');
    expect(peer.isEnded).toBe(true);
  });
});

describe('a client that breaks the rules of a stream loses that alone', () => {
  const { protocol, flowControl, streamClosed } = ErrorCode;
  test.each<[string, number, (peer: RawPeer) => Uint8Array[]]>([
    ['a request without a path', protocol, (peer) => [frame('headers', 1, peer.block({ ':method': 'GET' }), 5)]],
    ['a priority behind itself', protocol, (peer) => [peer.request(1, {}, 0), frame('priority', 1, waiting(1))]],
    ['one of its own before it begins', protocol, () => [frame('priority', 1, waiting(1))]],
    ['less than it announced', protocol, (peer) => [peer.request(1, { 'content-length': '3' })]],
    [
      'more than it announced',
      protocol,
      (peer) => [peer.request(1, { 'content-length': '3' }, 0), frame('data', 1, 'four')],
    ],
    ['data after its end', streamClosed, (peer) => [peer.request(1), frame('data', 1, 'x')]],
    [
      'a second header',
      streamClosed,
      (peer) => [peer.request(1), frame('headers', 1, peer.block({ 'x-a': 'b' }), endStream | endHeaders)],
    ],
    [
      'trailers that do not end it',
      protocol,
      (peer) => [peer.request(1, {}, 0), frame('headers', 1, peer.block({ 'x-a': 'b' }), endHeaders)],
    ],
    [
      'trailers that are a request',
      protocol,
      (peer) => [peer.request(1, {}, 0), frame('headers', 1, peer.block({ ':path': '/' }), endHeaders | endStream)],
    ],
    ['a window that does not grow', protocol, (peer) => [peer.request(1), frame('windowUpdate', 1, number(0))]],
    [
      'a window past all measure',
      flowControl,
      (peer) => [peer.request(1), frame('windowUpdate', 1, number(0x7fffffff))],
    ],
    [
      'more than its window',
      flowControl,
      (peer) => [peer.request(1, {}, 0), ...Array(17).fill(frame('data', 1, Buffer.alloc(16_384)))],
    ],
  ])('%s', async (_what, code, frames) => {
    const peer = greeted((stream) => stream.request.path === '/next' && stream.respondWhole(OK, Buffer.from('served')));
    peer.say(...frames(peer));
    expect(saying(await peer.told())).toEqual([['reset', 1, code]]);
    peer.say(peer.request(3, { ':path': '/next' }));
    expect(bodyOf(await peer.told(), 3).toString()).toBe('served');
  });

  test('a header past all measure is answered, and the next one is read', async () => {
    const peer = greeted((stream) => stream.respondWhole(OK, Buffer.from('served')));
    const head = [':method', 'GET', ':scheme', 'https', ':path', '/'];
    // A few bytes of numbers stand for more than a megabyte.
    const long = Array.from({ length: 300 }, () => ['x-long', 'v'.repeat(3900)]).flat();
    peer.say(frame('headers', 1, peer.block([...head, ...long]), endStream | endHeaders));
    peer.say(frame('headers', 3, peer.block([...head, 'x-long', 'v'.repeat(3900)]), endStream | endHeaders));
    const told = await peer.told();
    const heads = told.filter(({ type }) => type === 'headers').map((each) => [each.stream, peer.fields(each)[1]]);
    expect([heads, peer.streams.map(({ id }) => id)]).toEqual([
      [
        [1, '431'],
        [3, '200'],
      ],
      [3],
    ]);
  });
});

test('beyond what may go on at once, requests are refused and the others served', async () => {
  const peer = greeted();
  peer.say(...Array.from({ length: 1002 }, (_, n) => peer.request(2 * n + 1)));
  expect(saying(await peer.told())).toEqual([
    ['reset', 2001, ErrorCode.refused],
    ['reset', 2003, ErrorCode.refused],
  ]);
  for (const stream of peer.streams) stream.respondWhole(OK, Buffer.from('x'));
  expect((await peer.told()).filter(({ flags, type }) => type === 'data' && flags === endStream)).toHaveLength(1000);
});

test('pings are answered, and what nobody knows is not minded', async () => {
  const peer = greeted();
  peer.say(frame('ping', 0, 'abcdefgh'), frame(200, 0, 'x'), frame('priority', 7, Buffer.alloc(5)));
  const told = await peer.told();
  expect(
    told
      .filter(({ type }) => type !== 'settings' && type !== 'windowUpdate')
      .map(({ type, payload }) => [type, String(payload)]),
  ).toEqual([['ping', 'abcdefgh']]);
});

describe('an answer goes out as the client takes it', () => {
  const body = Buffer.from(Array.from({ length: 200_000 }, (_, n) => n % 251));

  test('up to the window of the stream, and on when that grows', async () => {
    const peer = greeted((stream) => stream.respondWhole(OK, body), settings([4, 1000]));
    peer.say(peer.request(1));
    const first = await peer.told();
    expect([bodyOf(first).length, isWhole(first)]).toEqual([1000, false]);
    peer.say(frame('settings', 0, settings([4, 3000])));
    const second = await peer.told();
    expect(bodyOf(second).length).toBe(2000);
    // One that shrinks below what was sent is paid back first.
    peer.say(frame('settings', 0, settings([4, 500])), frame('windowUpdate', 1, number(2600)));
    const third = await peer.told();
    expect(bodyOf(third).length).toBe(100);
    peer.say(frame('windowUpdate', 1, number(body.length)), frame('windowUpdate', 0, number(body.length)));
    const last = await peer.told();
    expect(Buffer.concat([bodyOf(first), bodyOf(second), bodyOf(third), bodyOf(last)]).equals(body)).toBe(true);
    expect(isWhole(last)).toBe(true);
  });

  test('up to the window of the connection, all streams in turns', async () => {
    const peer = greeted((stream) => stream.respondWhole(OK, body), settings([4, 1 << 20]));
    peer.say(peer.request(1), peer.request(3));
    const first = await peer.told();
    const sizes = [1, 3].map((stream) => bodyOf(first, stream).length);
    expect(sizes[0]).toBeGreaterThan(0);
    expect(sizes[1]).toBeGreaterThan(0);
    expect((sizes[0] as number) + (sizes[1] as number)).toBe(65_535);
    peer.say(frame('windowUpdate', 0, number(1 << 20)));
    const rest = await peer.told();
    for (const stream of [1, 3])
      expect(Buffer.concat([bodyOf(first, stream), bodyOf(rest, stream)]).equals(body)).toBe(true);
  });

  test('however many answers one turn has', async () => {
    const peer = greeted(undefined, settings([4, 1 << 24]));
    peer.say(
      frame('windowUpdate', 0, number(1 << 30)),
      ...Array.from({ length: 900 }, (_, n) => peer.request(2 * n + 1)),
    );
    const answer = Buffer.alloc(15_000, 'x');
    for (const stream of peer.streams) stream.respondWhole(OK, answer);
    let bytes = 0;
    while (peer.streams.some(({ isClosed }) => !isClosed)) bytes += bodyBytes(await peer.told());
    bytes += bodyBytes(await peer.told());
    expect([bytes, peer.isEnded]).toEqual([900 * answer.length, false]);
  });

  test('an end without anything before it needs no window', async () => {
    const peer = greeted(
      (stream) => {
        stream.respond(OK, false);
        stream.end();
      },
      settings([4, 0]),
    );
    peer.say(peer.request(1));
    expect(isWhole(await peer.told())).toBe(true);
  });

  test('a writer is told to wait, and told when it may go on', async () => {
    let drained = 0;
    const peer = greeted(
      (stream) => {
        stream.respond(OK, false);
        stream.onDrain(() => drained++);
      },
      settings([4, 0]),
    );
    peer.say(peer.request(1));
    const [stream] = peer.streams;
    expect([stream?.write(Buffer.alloc(1000)), stream?.write(body)]).toEqual([true, false]);
    peer.say(frame('windowUpdate', 1, number(100_000)), frame('windowUpdate', 0, number(1 << 20)));
    await peer.told();
    expect(drained).toBe(0);
    peer.say(frame('windowUpdate', 1, number(100_000)));
    await peer.told();
    expect(drained).toBe(1);
  });

  test('a client that reads nothing holds what fits, and gets the rest when it reads', async () => {
    const long = Buffer.alloc(4 << 20, 'x');
    const peer = greeted((stream) => stream.respondWhole(OK, long), settings([4, 1 << 24]));
    peer.say(frame('windowUpdate', 0, number(1 << 24)));
    await peer.told();
    peer.stall();
    peer.say(peer.request(1));
    const held = bodyOf(await peer.told()).length;
    expect(held).toBeLessThan(512 * 1024);
    expect(peer.streams[0]?.waiting).toBeGreaterThan(3 << 20);
    let rest = 0;
    while (!peer.streams[0]?.isClosed) {
      peer.take();
      rest += bodyOf(await peer.told()).length;
    }
    expect(held + rest).toBe(long.length);
  });

  test('one that asks without ever reading is let go', async () => {
    const peer = greeted();
    await peer.told();
    peer.stall();
    for (let round = 0; round < 200 && !peer.isEnded; round++) {
      peer.say(Buffer.concat(Array(1000).fill(frame('ping', 0, Buffer.alloc(8)))));
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(peer.isEnded).toBe(true);
  });
});

describe('what a client may send', () => {
  const chunk = frame('data', 1, Buffer.alloc(16_000));
  const post = (peer: RawPeer) => peer.request(1, { ':method': 'POST' }, 0);

  test('grows with what was taken', async () => {
    const peer = greeted((stream) => stream.read({ data: ({ length }) => stream.credit(length), end() {} }));
    peer.say(post(peer), ...Array(9).fill(chunk));
    const updates = (await peer.told()).filter(({ type, stream }) => type === 'windowUpdate' && stream === 1);
    expect(updates.map(({ payload }) => payload.readUInt32BE(0))).toEqual([9 * 16_000]);
    peer.say(...Array(100).fill(chunk));
    expect(peer.streams[0]?.isClosed).toBe(false);
  });

  test('does not shrink by bodies that nobody took', async () => {
    const peer = greeted();
    for (let n = 0; n < 100; n++) {
      const stream = 2 * n + 1;
      peer.say(peer.request(stream, {}, 0), ...Array(15).fill(frame('data', stream, Buffer.alloc(16_000))));
      peer.streams[n]?.respondWhole(OK, Buffer.from('no'));
    }
    const updates = (await peer.told()).filter(({ type, stream }) => type === 'windowUpdate' && stream === 0);
    expect(updates.length).toBeGreaterThan(1);
    expect(peer.isEnded).toBe(false);
  });
});

test('a connection that is closing serves what is under way, refuses what comes, and ends', async () => {
  const peer = greeted();
  peer.say(peer.request(1));
  peer.connection.close();
  peer.say(peer.request(3));
  expect(saying(await peer.told())).toEqual([
    ['goAway', 0],
    ['reset', 3, ErrorCode.refused],
  ]);
  expect(peer.isEnded).toBe(false);
  peer.streams[0]?.respondWhole(OK, Buffer.from('last'));
  expect([bodyOf(await peer.told()).toString(), peer.isEnded]).toEqual(['last', true]);
});

test('streams end when their connection breaks', async () => {
  const peer = greeted();
  let ended = 0;
  peer.say(peer.request(1), peer.request(3, {}, 0));
  for (const stream of peer.streams) stream.onClose(() => ended++);
  peer.close();
  await peer.told();
  expect(ended).toBe(2);
});

const action = fc.oneof(
  fc.record({ kind: fc.constant('get' as const), size: fc.integer({ min: 0, max: 100_000 }) }),
  fc.record({ kind: fc.constant('post' as const), size: fc.integer({ min: 1, max: 40_000 }) }),
);

test('however the bytes come and the windows grow, every answer is whole', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(action, { minLength: 1, maxLength: 12 }),
      fc.array(fc.integer({ min: 1, max: 20_000 }), { minLength: 1, maxLength: 20 }),
      fc.integer({ min: 1, max: 70_000 }),
      async (actions, cuts, window) => {
        const peer = greeted(
          (stream) => {
            const chunks: Buffer[] = [];
            stream.read({
              data: (chunk) => {
                chunks.push(chunk);
                stream.credit(chunk.length);
              },
              end: () => {
                const size = Number(stream.request.path.slice(1));
                stream.respondWhole(OK, size > 0 ? Buffer.alloc(size, stream.id) : Buffer.concat(chunks));
              },
            });
          },
          settings([4, window]),
        );
        const bytes = Buffer.concat(
          actions.flatMap(({ kind, size }, n) => {
            const id = 2 * n + 1;
            if (kind === 'get') return [peer.request(id, { ':path': `/${size}` })];
            const body = Buffer.alloc(size, id);
            const frames = [peer.request(id, { ':method': 'POST', ':path': '/' }, 0)];
            for (let at = 0; at < size; at += 16_384)
              frames.push(frame('data', id, body.subarray(at, at + 16_384), at + 16_384 >= size ? endStream : 0));
            return frames;
          }),
        );
        for (let at = 0, cut = 0; at < bytes.length; cut++) {
          const end = at + (cuts[cut % cuts.length] as number);
          peer.say(bytes.subarray(at, end));
          at = end;
        }
        const answers = new Map<number, Buffer[]>();
        while (peer.streams.length < actions.length || peer.streams.some(({ isClosed }) => !isClosed)) {
          const told = (await peer.told()).filter(({ type }) => type === 'data');
          for (const { stream, payload } of told) answers.set(stream, [...(answers.get(stream) ?? []), payload]);
          expect(peer.isEnded).toBe(false);
          peer.say(frame('windowUpdate', 0, number(30_000)));
          for (const stream of peer.streams)
            if (!stream.isClosed) peer.say(frame('windowUpdate', stream.id, number(10_000)));
        }
        for (const { stream, payload } of (await peer.told()).filter(({ type }) => type === 'data'))
          answers.set(stream, [...(answers.get(stream) ?? []), payload]);
        for (const [n, { size }] of actions.entries()) {
          const id = 2 * n + 1;
          expect(Buffer.concat(answers.get(id) ?? []).equals(Buffer.alloc(size, id))).toBe(true);
        }
        peer.close();
      },
    ),
    { numRuns: 40 },
  );
});

test('whatever frames come, the connection goes on or ends, and throws nothing', () => {
  const anyFrame = fc
    .tuple(
      fc.integer({ min: 0, max: 11 }),
      fc.integer({ min: 0, max: 9 }),
      fc.uint8Array({ maxLength: 40 }),
      fc.integer({ min: 0, max: 255 }),
    )
    .map(([type, stream, payload, flags]) => frame(type, stream, payload, flags));
  fc.assert(
    fc.property(fc.array(anyFrame, { maxLength: 20 }), (frames) => {
      const peer = greeted((stream) => stream.respondWhole(OK, Buffer.from('x')));
      peer.say(peer.request(1, {}, 0), ...frames);
      peer.close();
      expect(peer.faults).toEqual([]);
    }),
  );
});

test('a fault of the server’s own ends the connection and is told', async () => {
  const fault = new Error('a fault');
  const peer = greeted(() => {
    throw fault;
  });
  peer.say(peer.request(1));
  const goAway = (await peer.told()).find(({ type }) => type === 'goAway');
  expect([goAway?.payload.readUInt32BE(4), peer.faults]).toEqual([ErrorCode.internal, [fault]]);
});

test('every kind of frame has a number of its own', () => {
  expect(new Set(Object.values(FrameType)).size).toBe(10);
});
