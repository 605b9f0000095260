import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { CriError } from '../../runtime.ts';
import { COMMAND_ENVIRONMENT } from '../system/run-command.ts';
import { ByteReader } from './byte-reader.ts';
import { LowerLayers } from './layer-paths.ts';
import { writeOpaqueDirectories } from './opaque-directories.ts';
import { rewriteLayer } from './rewrite-layer.ts';

export interface UnpackRequest {
  /** The layer's blob: tar, plain or compressed with gzip or zstd. */
  readonly blobPath: string;
  /** `sha256:…` of the uncompressed tar; the unpacked layer is thrown away when it differs. */
  readonly diffId: string;
  /** Directories of the layers below, bottom first. */
  readonly lower: readonly string[];
  /** Appears complete or not at all. */
  readonly destination: string;
}

/** Unpacks a layer with GNU tar, which keeps owners, modes, times, hard links, devices and extended attributes. */
export async function unpackLayer(request: UnpackRequest): Promise<void> {
  const temporary = `${request.destination}.unpacking`;
  await rm(temporary, { recursive: true, force: true });
  await mkdir(temporary, { recursive: true, mode: 0o755 });
  try {
    await writeOpaqueDirectories(request.destination, await extract(request, temporary));
    await rename(temporary, request.destination);
  } catch (error) {
    await rm(temporary, { recursive: true, force: true });
    throw error;
  }
}

/** Resolves with the opaque directories. */
async function extract(request: UnpackRequest, directory: string): Promise<string[]> {
  const opaque: string[] = [];
  const hash = createHash('sha256');
  const source = await openDecompressed(request.blobPath);
  const hashed = Readable.from(
    (async function* () {
      for await (const chunk of source as AsyncIterable<Buffer>) {
        hash.update(chunk);
        yield chunk;
      }
    })(),
    { objectMode: false },
  );
  const rewritten = rewriteLayer(new ByteReader(hashed), new LowerLayers(request.lower), (path) => opaque.push(path));
  await extractTar(Readable.from(rewritten, { objectMode: false }), directory);
  const actual = `sha256:${hash.digest('hex')}`;
  if (actual !== request.diffId) {
    throw new CriError('Unknown', `failed to unpack layer: content digest ${actual} is not ${request.diffId}`);
  }
  return opaque;
}

const TAR = ['-x', '-f', '-', '-p', '--same-owner', '--numeric-owner', '--xattrs', '--xattrs-include=*'];

async function extractTar(source: Readable, directory: string): Promise<void> {
  const child = spawn('tar', [...TAR, '--warning=no-timestamp', '-C', directory], {
    env: COMMAND_ENVIRONMENT,
    stdio: ['pipe', 'ignore', 'pipe'],
  });
  const errors: Buffer[] = [];
  child.stderr.on('data', (chunk: Buffer) => errors.push(chunk));
  const ended = new Promise<number>((resolve) => {
    child.on('error', () => resolve(127));
    child.on('close', (code) => resolve(code ?? 137));
  });
  const fed = await pipeline(source, child.stdin).catch((error: Error) => error);
  const code = await ended;
  if (code === 0 && fed === undefined) return;
  const reason =
    code === 0 ? String(fed) : Buffer.concat(errors).toString().trim() || String(fed ?? `tar: code ${code}`);
  throw new CriError('Unknown', `failed to unpack layer: ${reason}`);
}

/** Opens a blob and undoes its compression, recognised by its first bytes. */
export async function openDecompressed(path: string): Promise<Readable> {
  const magic = await readMagic(path);
  const file = createReadStream(path, { highWaterMark: 1 << 18 });
  if (magic.startsWith('1f8b')) return forwardErrors(file, createGunzip({ chunkSize: 1 << 18 }));
  if (magic !== '28b52ffd') return file;
  const child = spawn('zstd', ['-dc'], { env: COMMAND_ENVIRONMENT, stdio: ['pipe', 'pipe', 'ignore'] });
  child.on('error', () =>
    child.stdout.destroy(new CriError('FailedPrecondition', 'zstd is needed for this layer: not found')),
  );
  file.pipe(child.stdin);
  child.stdin.on('error', (error) => child.stdout.destroy(error));
  return child.stdout;
}

function forwardErrors(from: Readable, to: ReturnType<typeof createGunzip>): Readable {
  from.on('error', (error) => to.destroy(error));
  return from.pipe(to);
}

async function readMagic(path: string): Promise<string> {
  await using file = await openDisposable(path);
  const { buffer, bytesRead } = await file.handle.read(Buffer.alloc(4), 0, 4, 0);
  return buffer.toString('hex', 0, bytesRead);
}

async function openDisposable(path: string) {
  const handle = await open(path);
  return { handle, [Symbol.asyncDispose]: () => handle.close() };
}
