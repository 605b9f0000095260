import { CriError } from '../../runtime.ts';

/** An image reference with Docker's defaults filled in. */
export interface ImageReference {
  /** Registry host, with port: `docker.io`, `localhost:5000`. */
  readonly domain: string;
  /** Repository below the registry: `library/busybox`. */
  readonly path: string;
  /** `<domain>/<path>`. */
  readonly name: string;
  readonly tag?: string;
  readonly digest?: string;
  /** The full text: `<name>:<tag>` or `<name>@<digest>`. */
  readonly text: string;
}

const COMPONENT = /^[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*$/;
const TAG = /^[\w][\w.-]{0,127}$/;
const DIGEST = /^sha(?:256:[a-f0-9]{64}|512:[a-f0-9]{128})$/;
const DOMAIN =
  /^(?:\[[a-fA-F0-9:]+\]|[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?(?:\.[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?)*)(?::[0-9]+)?$/;

/**
 * Reads a reference as Docker and containerd do: `busybox` is `docker.io/library/busybox:latest`.
 * A digest wins over a tag. Throws `CriError` `InvalidArgument`.
 */
export function parseReference(reference: string): ImageReference {
  const invalid = () =>
    new CriError(
      'InvalidArgument',
      `failed to parse image reference ${JSON.stringify(reference)}: invalid reference format`,
    );
  const [beforeDigest = '', digest, ...more] = reference.split('@');
  if (more.length > 0 || (digest !== undefined && !DIGEST.test(digest))) throw invalid();
  const colon = beforeDigest.lastIndexOf(':');
  const hasTag = colon > beforeDigest.lastIndexOf('/');
  const tag = hasTag ? beforeDigest.slice(colon + 1) : undefined;
  const { domain, path } = splitDomain(hasTag ? beforeDigest.slice(0, colon) : beforeDigest);
  if (tag !== undefined && !TAG.test(tag)) throw invalid();
  if (!DOMAIN.test(domain) || !path.split('/').every((component) => COMPONENT.test(component))) throw invalid();
  const name = `${domain}/${path}`;
  if (digest !== undefined) return { domain, path, name, digest, text: `${name}@${digest}`, ...(tag && { tag }) };
  return { domain, path, name, tag: tag ?? 'latest', text: `${name}:${tag ?? 'latest'}` };
}

function splitDomain(name: string): { domain: string; path: string } {
  const slash = name.indexOf('/');
  const first = slash < 0 ? '' : name.slice(0, slash);
  const isDomain = first.includes('.') || first.includes(':') || first === 'localhost' || first !== first.toLowerCase();
  const domain = isDomain ? first : 'docker.io';
  const rest = isDomain ? name.slice(slash + 1) : name;
  if (domain === 'index.docker.io' || domain === 'docker.io') {
    return { domain: 'docker.io', path: rest.includes('/') ? rest : `library/${rest}` };
  }
  return { domain, path: rest };
}
