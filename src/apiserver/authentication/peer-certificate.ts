/** The certificate that a client showed when it connected. */
export interface PeerCertificate {
  /** The parts of the subject by their short names (`CN`, `O`) or dotted ids; a part that occurs more than once is a list. */
  readonly subject: Readonly<Record<string, string | readonly string[] | undefined>>;
  /** DER. */
  readonly raw: Uint8Array;
  /** The certificates above it as far as they are known, the nearest first, DER. */
  readonly issuers: readonly Uint8Array[];
  /** Whether its chain ended, when the client connected, at one of the authorities that the listener trusts. */
  readonly verified: boolean;
  /** When the first certificate of its chain expires, in milliseconds since the Unix epoch. */
  readonly validUntil: number;
}

/** All values of one part of the subject. */
export function subjectValues({ subject }: PeerCertificate, part: string): readonly string[] {
  const value = subject[part];
  if (value === undefined) return [];
  return typeof value === 'string' ? [value] : value;
}
