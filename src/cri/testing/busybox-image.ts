import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { gzipSync } from 'node:zlib';
import { type Pack, pack } from 'tar-stream';

/** Where Debian's busybox-static puts its program. */
export const BUSYBOX = '/bin/busybox';

/** Whether images can be made here. */
export const hasBusybox = (): boolean => existsSync(BUSYBOX);

/** Applets that get a symbolic link in `/bin`; `busybox` itself is there too. */
export const APPLETS = (
  'ash awk basename cat chmod chown cp cut date dd df dirname du echo env expr false find free grep head hostname httpd id ' +
  'ifconfig ip kill killall ln ls md5sum mkdir mknod mktemp mount mv nc netstat nohup nproc nslookup od pgrep ping pkill ' +
  'printenv printf ps pwd readlink realpath reboot rm rmdir sed seq sh sha256sum sleep sort stat stty sync tail tar tee test ' +
  'timeout top touch tr true tty umount uname uniq uptime usleep vi wc wget which whoami xargs yes'
).split(' ');

export interface BusyboxImageOptions {
  /** Default `busybox:latest`. An empty list makes an image without a name. */
  readonly references?: readonly string[];
  readonly entrypoint?: readonly string[];
  /** Default `sh`. */
  readonly cmd?: readonly string[];
  readonly env?: readonly string[];
  readonly user?: string;
  readonly workingDir?: string;
  readonly stopSignal?: string;
  /** Layers above the busybox layer: entries by path; a directory ends in `/`; `null` content is a whiteout. */
  readonly layers?: readonly Readonly<Record<string, LayerFile>>[];
  /** Compress the layers; default false. */
  readonly gzip?: boolean;
}

/** Content, or content with attributes, or a link. */
export type LayerFile =
  | string
  | null
  | { readonly content?: string; readonly mode?: number; readonly uid?: number; readonly gid?: number }
  | { readonly symlink: string }
  | { readonly hardlink: string };

/** The parts of an image, by digest: what a registry serves. */
export interface BuiltImage {
  readonly config: Buffer;
  readonly configDigest: string;
  readonly layers: readonly { readonly tar: Buffer; readonly blob: Buffer; readonly digest: string }[];
  readonly manifest: Buffer;
  readonly manifestDigest: string;
  readonly references: readonly string[];
}

/** Builds a busybox image in memory. */
export async function buildBusyboxImage(options: BusyboxImageOptions = {}): Promise<BuiltImage> {
  const tars = [await baseLayer(), ...(await Promise.all((options.layers ?? []).map(fileLayer)))];
  const layers = tars.map((tar) => {
    const blob = options.gzip ? gzipSync(tar) : tar;
    return { tar, blob, digest: sha256(blob) };
  });
  const config = Buffer.from(JSON.stringify(configOf(options, layers)));
  const type = 'application/vnd.oci.image';
  const manifest = Buffer.from(
    JSON.stringify({
      schemaVersion: 2,
      mediaType: `${type}.manifest.v1+json`,
      config: { mediaType: `${type}.config.v1+json`, digest: sha256(config), size: config.length },
      layers: layers.map(({ blob, digest }) => ({
        mediaType: `${type}.layer.v1.tar${options.gzip ? '+gzip' : ''}`,
        digest,
        size: blob.length,
      })),
    }),
  );
  const references = options.references ?? ['busybox:latest'];
  return { config, configDigest: sha256(config), layers, manifest, manifestDigest: sha256(manifest), references };
}

function configOf(options: BusyboxImageOptions, layers: readonly { tar: Buffer }[]) {
  return {
    architecture: architecture(),
    os: 'linux',
    config: {
      Env: options.env ?? ['PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'],
      Cmd: options.cmd ?? (options.entrypoint ? null : ['sh']),
      ...(options.entrypoint && { Entrypoint: options.entrypoint }),
      ...(options.user && { User: options.user }),
      ...(options.workingDir && { WorkingDir: options.workingDir }),
      ...(options.stopSignal && { StopSignal: options.stopSignal }),
    },
    rootfs: { type: 'layers', diff_ids: layers.map(({ tar }) => sha256(tar)) },
  };
}

/** Writes the image as `docker save` does. */
export async function writeDockerArchive(path: string, options: BusyboxImageOptions = {}): Promise<BuiltImage> {
  const image = await buildBusyboxImage(options);
  const name = `${image.configDigest.slice(7)}.json`;
  const layerNames = image.layers.map(({ digest }) => `${digest.slice(7)}/layer.tar`);
  await writeTar(path, [
    [name, image.config],
    ...image.layers.map(({ blob }, index): [string, Buffer] => [layerNames[index]!, blob]),
    ['manifest.json', json([{ Config: name, RepoTags: image.references, Layers: layerNames }])],
  ]);
  return image;
}

/** Writes the image as an OCI archive; a path that ends in `.gz` is compressed. */
export async function writeOciArchive(path: string, options: BusyboxImageOptions = {}): Promise<BuiltImage> {
  const image = await buildBusyboxImage(options);
  await writeTar(path, ociLayoutFiles(image));
  return image;
}

/** The files of an OCI layout, by name. */
export function ociLayoutFiles(image: BuiltImage): [string, Buffer][] {
  const descriptor = {
    mediaType: 'application/vnd.oci.image.manifest.v1+json',
    digest: image.manifestDigest,
    size: image.manifest.length,
  };
  const manifests = image.references.map((name) => ({
    ...descriptor,
    annotations: { 'io.containerd.image.name': name },
  }));
  const index = { schemaVersion: 2, manifests: manifests.length > 0 ? manifests : [descriptor] };
  const blob = (digest: string, content: Buffer): [string, Buffer] => [`blobs/${digest.replace(':', '/')}`, content];
  return [
    ['oci-layout', json({ imageLayoutVersion: '1.0.0' })],
    ['index.json', json(index)],
    blob(image.manifestDigest, image.manifest),
    blob(image.configDigest, image.config),
    ...image.layers.map((layer) => blob(layer.digest, layer.blob)),
  ];
}

/** Layers made at different times must be the same, or their digests would differ. */
const mtime = new Date(0);

let base: Promise<Buffer> | undefined;

function baseLayer(): Promise<Buffer> {
  return (base ??= buildBaseLayer());
}

async function buildBaseLayer(): Promise<Buffer> {
  const archive = pack();
  const directories = ['bin', 'etc', 'home', 'proc', 'root', 'sys', 'usr', 'usr/bin', 'var', 'var/log'];
  for (const name of directories) archive.entry({ mtime, name: `${name}/`, type: 'directory', mode: 0o755 });
  archive.entry({ mtime, name: 'tmp/', type: 'directory', mode: 0o1777 });
  archive.entry({ mtime, name: 'bin/busybox', mode: 0o755 }, await readFile(BUSYBOX));
  for (const applet of APPLETS) archive.entry({ mtime, name: `bin/${applet}`, type: 'symlink', linkname: 'busybox' });
  archive.entry({ mtime, name: 'usr/bin/env', type: 'symlink', linkname: '/bin/busybox' });
  archive.entry({ mtime, name: 'etc/passwd', mode: 0o644 }, PASSWD);
  archive.entry({ mtime, name: 'etc/group', mode: 0o644 }, GROUP);
  return finish(archive);
}

const PASSWD =
  'root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/:/bin/false\nalice:x:1000:1001:Alice:/home:/bin/sh\n';
const GROUP = 'root:x:0:\nnogroup:x:65534:\nalice:x:1001:\nstaff:x:50:alice\n';

async function fileLayer(files: Readonly<Record<string, LayerFile>>): Promise<Buffer> {
  const archive = pack();
  for (const [name, file] of Object.entries(files)) addFile(archive, name, file);
  return finish(archive);
}

function addFile(archive: Pack, name: string, file: LayerFile): void {
  if (file === null) {
    const slash = name.lastIndexOf('/') + 1;
    archive.entry({ mtime, name: `${name.slice(0, slash)}.wh.${name.slice(slash)}` }, '');
  } else if (typeof file === 'string') {
    archive.entry({ mtime, name, mode: 0o644 }, file);
  } else if ('symlink' in file) {
    archive.entry({ mtime, name, type: 'symlink', linkname: file.symlink });
  } else if ('hardlink' in file) {
    archive.entry({ mtime, name, type: 'link', linkname: file.hardlink });
  } else {
    const { content = '', ...attributes } = file;
    if (name.endsWith('/')) archive.entry({ mtime, name, type: 'directory', mode: 0o755, ...attributes });
    else archive.entry({ mtime, name, mode: 0o644, ...attributes }, content);
  }
}

async function writeTar(path: string, files: readonly (readonly [string, Buffer])[]): Promise<void> {
  const archive = pack();
  for (const [name, content] of files) archive.entry({ name }, content);
  const tar = await finish(archive);
  await writeFile(path, path.endsWith('.gz') ? gzipSync(tar) : tar);
}

async function finish(archive: Pack): Promise<Buffer> {
  archive.finalize();
  const chunks: Buffer[] = [];
  for await (const chunk of archive) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

function json(value: unknown): Buffer {
  return Buffer.from(JSON.stringify(value));
}

function sha256(content: Buffer): string {
  return `sha256:${createHash('sha256').update(content).digest('hex')}`;
}

function architecture(): string {
  return process.arch === 'x64' ? 'amd64' : process.arch;
}
