import type { Secret } from '#api/core/v1/secret.ts';
import type { RegistryAuth } from '#cri/runtime.ts';

interface DockerEntry {
  readonly username?: string;
  readonly password?: string;
  readonly auth?: string;
  readonly identitytoken?: string;
}

const DOCKER_HUB = ['docker.io', 'index.docker.io', 'registry-1.docker.io'];

/** The registry part of an image reference; `docker.io` where it names none. */
export function registryOf(image: string): string {
  const [first = ''] = image.split('/');
  return image.includes('/') && (/[.:]/.test(first) || first === 'localhost') ? first : 'docker.io';
}

/** The credentials that pull secrets hold for an image's registry, the most specific path first. */
export function registryAuths(image: string, secrets: readonly Secret[]): RegistryAuth[] {
  const registry = registryOf(image);
  const full = registry === image.split('/')[0] ? image : `${registry}/${image}`;
  const found: { readonly length: number; readonly auth: RegistryAuth }[] = [];
  for (const secret of secrets) {
    for (const [server, entry] of Object.entries(entriesOf(secret))) {
      const path = server.replace(/^https?:\/\//, '').replace(/\/(v[12]\/?)?$/, '');
      const isHub = DOCKER_HUB.includes(path) && registry === 'docker.io';
      if (isHub || path === registry || full.startsWith(`${path}/`))
        found.push({ length: path.length, auth: authOf(entry) });
    }
  }
  return found.sort((a, b) => b.length - a.length).map(({ auth }) => auth);
}

function entriesOf({ data = {} }: Secret): Readonly<Record<string, DockerEntry>> {
  const json = data['.dockerconfigjson'];
  const old = data['.dockercfg'];
  try {
    if (json) return (JSON.parse(fromBase64(json)) as { auths?: Record<string, DockerEntry> }).auths ?? {};
    if (old) return JSON.parse(fromBase64(old)) as Record<string, DockerEntry>;
  } catch (error) {
    // A secret that is no JSON holds no credentials: the pull is tried without, as upstream does.
    if (!(error instanceof SyntaxError)) throw error;
  }
  return {};
}

function authOf({ username, password, auth, identitytoken }: DockerEntry): RegistryAuth {
  const decoded = auth ? fromBase64(auth) : '';
  const colon = decoded.indexOf(':');
  return {
    username: username ?? (colon < 0 ? decoded : decoded.slice(0, colon)),
    password: password ?? (colon < 0 ? '' : decoded.slice(colon + 1)),
    ...(identitytoken ? { identityToken: identitytoken } : {}),
  };
}

const fromBase64 = (text: string): string => Buffer.from(text, 'base64').toString('utf8');
