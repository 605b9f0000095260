import { Readable, Writable } from 'node:stream';
import { ErrorCode } from './error-code.ts';
import type { Http2Stream } from './stream.ts';

/** A request's body for those that pass it on: the client sends as fast as it is read. */
export function readableBody(stream: Http2Stream): Readable {
  let untold = 0;
  const tell = () => {
    stream.credit(untold);
    untold = 0;
  };
  const readable = new Readable({ read: tell });
  let isOver = false;
  stream.read({
    data(chunk) {
      untold += chunk.length;
      if (readable.push(chunk)) tell();
    },
    end() {
      isOver = true;
      readable.push(null);
    },
  });
  stream.onClose(() => {
    if (!isOver) readable.destroy();
  });
  return readable;
}

/** An answer's body for those that pipe it. Destroying it ends the stream without completing the answer. */
export function writableBody(stream: Http2Stream): Writable {
  let goOn: (() => void) | undefined;
  stream.onDrain(() => {
    const callback = goOn;
    goOn = undefined;
    callback?.();
  });
  const writable = new Writable({
    write(chunk, _encoding, callback) {
      if (stream.write(chunk)) callback();
      else goOn = callback;
    },
    final(callback) {
      stream.end();
      callback();
    },
    destroy(error, callback) {
      if (!stream.isComplete) stream.reset(ErrorCode.internal);
      callback(error);
    },
  });
  stream.onClose(() => writable.destroy());
  return writable;
}
