import { ConnectionError, ErrorCode } from './error-code.ts';
import { MAX_FRAME, MAX_WINDOW, Setting } from './frame.ts';

const SETTING_BYTES = 6;
const LARGEST_FRAME = 0xffffff;

/** The settings in a frame, in their order. Throws ConnectionError for values that may not be. */
export function readSettings(payload: Buffer): [number: number, value: number][] {
  if (payload.length % SETTING_BYTES !== 0)
    throw new ConnectionError(ErrorCode.frameSize, `settings of ${payload.length} bytes`);
  const settings: [number, number][] = [];
  for (let at = 0; at < payload.length; at += SETTING_BYTES) {
    const number = payload.readUInt16BE(at);
    const value = payload.readUInt32BE(at + 2);
    check(number, value);
    settings.push([number, value]);
  }
  return settings;
}

function check(number: number, value: number): void {
  if (number === Setting.initialWindowSize && value > MAX_WINDOW)
    throw new ConnectionError(ErrorCode.flowControl, `a window of ${value} bytes`);
  const isBad =
    (number === Setting.enablePush && value > 1) ||
    (number === Setting.maxFrameSize && (value < MAX_FRAME || value > LARGEST_FRAME));
  if (isBad) throw new ConnectionError(ErrorCode.protocol, `setting ${number} may not be ${value}`);
}
