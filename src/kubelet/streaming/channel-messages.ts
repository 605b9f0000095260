import type { WebSocket } from 'ws';

/** How messages are written: each begins with its channel, as a byte or, where the rest is text, as a digit. */
export interface Framing {
  readonly isText: boolean;
  /** The first version tells only of failures, in plain words. */
  readonly tellsStatus: boolean;
}

export const framingOf = (protocol: string): Framing => ({
  isText: protocol.includes('base64.'),
  tellsStatus: protocol.startsWith('v'),
});

/** The channel of a message, undefined for an empty one, and what it says. */
export function received(
  data: Buffer,
  { isText }: Framing,
): { readonly channel: number | undefined; readonly body: Buffer } {
  const [first] = data;
  const rest = data.subarray(1);
  if (!isText) return { channel: first, body: rest };
  return { channel: first && first - DIGIT_0, body: Buffer.from(rest.toString('latin1'), 'base64') };
}

const DIGIT_0 = 0x30;

/** Says something on a channel. */
export function send(
  socket: WebSocket,
  { isText }: Framing,
  [channel, data]: readonly [number, Buffer],
  done: (error?: Error | null) => void = () => {},
): void {
  if (socket.readyState !== socket.OPEN) {
    done(new Error('connection closed'));
    return;
  }
  if (isText) socket.send(`${channel}${data.toString('base64')}`, { binary: false }, done);
  else socket.send(Buffer.concat([Buffer.from([channel]), data]), { binary: true }, done);
}
