import { X509Certificate } from 'node:crypto';
import type { PeerCertificate } from './peer-certificate.ts';

const PEM = /-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g;

/**
 * Tells by which authority a certificate was signed. The listener trusts clients and front proxies alike; what a
 * certificate is good for depends on which authority its chain leads to.
 */
export class CertificateTrust {
  readonly #authorities: readonly X509Certificate[];
  /** A connection shows the same certificate with every request. */
  readonly #known = new WeakMap<PeerCertificate, boolean>();

  /** `pem` holds the certificates of one or more authorities. */
  constructor(pem: string) {
    this.#authorities = (pem.match(PEM) ?? []).map((each) => new X509Certificate(each));
  }

  /** Whether the chain of a certificate that the listener verified leads to one of these authorities. */
  has(certificate: PeerCertificate): boolean {
    let has = this.#known.get(certificate);
    if (has === undefined) this.#known.set(certificate, (has = this.#check(certificate)));
    return has;
  }

  #check({ verified, raw, issuers }: PeerCertificate): boolean {
    return verified && [raw, ...issuers].some((each) => this.#signed(new X509Certificate(each)));
  }

  #signed(certificate: X509Certificate): boolean {
    return this.#authorities.some(
      (authority) => certificate.checkIssued(authority) && certificate.verify(authority.publicKey),
    );
  }
}
