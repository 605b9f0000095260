const BLOCK = /-----BEGIN ([^-\n]*)-----\r?\n([\s\S]*?)-----END \1-----/g;

/** The certificates of a text in PEM as base64, without what stands between them and in their heads. */
export const certificatesIn = (pem: string): string[] =>
  [...pem.matchAll(BLOCK)].map(([, , body = '']) =>
    body
      .split('\n')
      .filter((line) => !line.includes(':'))
      .join('')
      .replace(/\s/g, ''),
  );

/** Data in base64 as PEM. */
export const pemBlock = (type: string, data: string): string =>
  `-----BEGIN ${type}-----\n${data.replace(/(.{64})(?=.)/g, '$1\n')}\n-----END ${type}-----\n`;

/** Certificates as PEM. */
export const pemOf = (certificates: readonly string[]): string =>
  certificates.map((each) => pemBlock('CERTIFICATE', each)).join('');
