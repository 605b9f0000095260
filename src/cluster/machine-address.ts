import { networkInterfaces } from 'node:os';

/** The first IPv4 address of this machine by which others may reach it; undefined where it has none but the loopback's. */
export function machineAddress(): string | undefined {
  for (const addresses of Object.values(networkInterfaces())) {
    const found = addresses?.find(({ family, internal }) => family === 'IPv4' && !internal);
    if (found) return found.address;
  }
  return undefined;
}
