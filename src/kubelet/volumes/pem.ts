import { pemBlocks, pemContent } from '#machinery/codec/pem-blocks.ts';

/** The certificates of a text in PEM as base64, without what stands between them and in their heads. */
export const certificatesIn = (pem: string): string[] => pemBlocks(pem).map(pemContent);

/** Data in base64 as PEM. */
export const pemBlock = (type: string, data: string): string =>
  `-----BEGIN ${type}-----\n${data.replace(/(.{64})(?=.)/g, '$1\n')}\n-----END ${type}-----\n`;

/** Certificates as PEM. */
export const pemOf = (certificates: readonly string[]): string =>
  certificates.map((each) => pemBlock('CERTIFICATE', each)).join('');
