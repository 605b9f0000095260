import type { SecureContextOptions } from 'node:tls';

/** Where an API server is and who calls it. */
export interface Connection {
  /** `https://host:port` */
  readonly server: string;
  readonly tls: SecureContextOptions & { readonly rejectUnauthorized?: boolean; readonly servername?: string };
  /** The bearer token to send now, where there is one. */
  readonly token?: (() => string) | undefined;
  readonly userAgent?: string;
}
