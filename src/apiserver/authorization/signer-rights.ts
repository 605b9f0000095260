import type { UserInfo } from '../user.ts';
import type { Decide } from './authorizer.ts';

/** Whether somebody may do this for a signer, `domain/path`: the right comes with its name or with `domain/*`. */
export async function mayForSigner(
  decide: Decide,
  user: UserInfo,
  { verb, signer }: { readonly verb: 'approve' | 'attest' | 'sign'; readonly signer: string },
): Promise<boolean> {
  const [domain = ''] = signer.split('/');
  const asked = { group: 'certificates.k8s.io', version: '*', resource: 'signers', subresource: '', namespace: '' };
  for (const name of [signer, `${domain}/*`]) if ((await decide({ user, verb, ...asked, name })).allowed) return true;
  return false;
}
