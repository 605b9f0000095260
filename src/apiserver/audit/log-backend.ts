import { createReadStream, createWriteStream } from 'node:fs';
import { type FileHandle, mkdir, open, readdir, rename, rm } from 'node:fs/promises';
import { basename, dirname, extname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import type { Clock } from '#base/clock.ts';
import type { Logger } from '#base/logger.ts';
import { stringifyJson } from '#machinery/codec/encode-json.ts';
import type { AuditBackend } from './audit-backend.ts';
import type { AuditEvent } from './audit-event.ts';

export interface LogBackendOptions {
  readonly path: string;
  /** The file is put aside when it would grow past this; 100 MiB by default. */
  readonly maxBytes?: number;
  /** Files put aside that are kept; 0, the default, keeps all. */
  readonly maxBackups?: number;
  /** Files put aside longer ago are removed; 0, the default, keeps them. */
  readonly maxAgeMs?: number;
  /** Whether files put aside are compressed with gzip. */
  readonly compress?: boolean;
  readonly clock: Clock;
  readonly logger: Logger;
}

const MAX_BYTES = 100 * 2 ** 20;

/** Appends events to a file, one JSON text a line: those of one moment in one write. */
export class LogBackend implements AuditBackend {
  readonly #options: LogBackendOptions;
  #file: FileHandle;
  #size: number;
  #lines: string[] = [];
  #writing: Promise<void> | undefined;
  #putAsideAt = 0;
  #closed = false;

  private constructor(options: LogBackendOptions, file: FileHandle, size: number) {
    this.#options = options;
    this.#file = file;
    this.#size = size;
  }

  /** Opens the file, and makes it where it is missing. Rejects when it cannot be written. */
  static async open(options: LogBackendOptions): Promise<LogBackend> {
    await mkdir(dirname(options.path), { recursive: true });
    const file = await openForAppending(options.path);
    return new LogBackend(options, file, (await file.stat()).size);
  }

  write(event: AuditEvent): undefined {
    if (this.#closed) return;
    this.#lines.push(stringifyJson(event));
    this.#writing ??= new Promise<void>((resolve) => setImmediate(resolve)).then(() => this.#drain());
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#writing;
    await this.#file.sync();
    await this.#file.close();
  }

  async #drain(): Promise<void> {
    while (this.#lines.length > 0) {
      const lines = this.#lines;
      this.#lines = [];
      try {
        await this.#append(lines);
      } catch (error) {
        this.#options.logger.error('write audit log failed', { error, events: lines.length });
      }
    }
    this.#writing = undefined;
  }

  /** A line is never split over two files. */
  async #append(lines: readonly string[]): Promise<void> {
    const { maxBytes = MAX_BYTES } = this.#options;
    let text = '';
    let size = 0;
    for (const line of lines) {
      const bytes = Buffer.byteLength(line) + 1;
      if (this.#size + size + bytes > maxBytes && this.#size + size > 0) {
        await this.#writeText(text, size);
        await this.#rotate();
        text = '';
        size = 0;
      }
      text += `${line}\n`;
      size += bytes;
    }
    await this.#writeText(text, size);
  }

  async #writeText(text: string, size: number): Promise<void> {
    if (size === 0) return;
    await this.#file.appendFile(text);
    this.#size += size;
  }

  async #rotate(): Promise<void> {
    const { path, clock } = this.#options;
    await this.#file.close();
    // Several files may be full within one millisecond; their names keep their order.
    this.#putAsideAt = Math.max(clock.now(), this.#putAsideAt + 1);
    const aside = backupName(path, this.#putAsideAt);
    await rename(path, aside);
    this.#file = await openForAppending(path);
    this.#size = 0;
    if (this.#options.compress) await compressFile(aside);
    await this.#removeOld();
  }

  async #removeOld(): Promise<void> {
    const { path, clock, maxBackups = 0, maxAgeMs = 0 } = this.#options;
    if (maxBackups === 0 && maxAgeMs === 0) return;
    const extension = extname(path);
    const prefix = `${basename(path, extension)}-`;
    const names = await readdir(dirname(path));
    const backups = names
      .filter((name) => name.startsWith(prefix) && name.replace(/\.gz$/, '').endsWith(extension))
      .sort();
    const surplus = maxBackups === 0 ? [] : backups.slice(0, -maxBackups);
    const oldest = basename(backupName(path, clock.now() - maxAgeMs));
    const expired = maxAgeMs === 0 ? [] : backups.filter((name) => name < oldest);
    for (const name of new Set([...surplus, ...expired])) await rm(join(dirname(path), name), { force: true });
  }
}

/** The file is there under one name or the other all the time. */
async function compressFile(path: string): Promise<void> {
  const part = `${path}.part`;
  await pipeline(createReadStream(path), createGzip(), createWriteStream(part, { mode: 0o600 }));
  await rename(part, `${path}.gz`);
  await rm(path);
}

const openForAppending = (path: string): Promise<FileHandle> => open(path, 'a', 0o600);

/** The name of a file put aside says when that was. */
function backupName(path: string, time: number): string {
  const extension = extname(path);
  const stamp = new Date(time).toISOString().slice(0, -1).replaceAll(':', '-');
  return join(dirname(path), `${basename(path, extension)}-${stamp}${extension}`);
}
