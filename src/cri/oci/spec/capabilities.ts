/** Linux capabilities by number, as capability.h lists them. */
export const CAPABILITIES: readonly string[] = (
  'CHOWN DAC_OVERRIDE DAC_READ_SEARCH FOWNER FSETID KILL SETGID SETUID SETPCAP LINUX_IMMUTABLE NET_BIND_SERVICE ' +
  'NET_BROADCAST NET_ADMIN NET_RAW IPC_LOCK IPC_OWNER SYS_MODULE SYS_RAWIO SYS_CHROOT SYS_PTRACE SYS_PACCT SYS_ADMIN ' +
  'SYS_BOOT SYS_NICE SYS_RESOURCE SYS_TIME SYS_TTY_CONFIG MKNOD LEASE AUDIT_WRITE AUDIT_CONTROL SETFCAP MAC_OVERRIDE ' +
  'MAC_ADMIN SYSLOG WAKE_ALARM BLOCK_SUSPEND AUDIT_READ PERFMON BPF CHECKPOINT_RESTORE'
)
  .split(' ')
  .map((name) => `CAP_${name}`);

/** What a container has unless it asks for something else; containerd's list. */
export const DEFAULT_CAPABILITIES: readonly string[] =
  'CHOWN DAC_OVERRIDE FSETID FOWNER MKNOD NET_RAW SETGID SETUID SETFCAP SETPCAP NET_BIND_SERVICE SYS_CHROOT KILL AUDIT_WRITE'
    .split(' ')
    .map((name) => `CAP_${name}`);

export interface CapabilityRequest {
  readonly privileged?: boolean;
  readonly add?: readonly string[];
  readonly drop?: readonly string[];
}

/**
 * A container's capabilities in the kernel's order. `available` is what this process may give away (its bounding set):
 * a runtime fails on anything else. Names come with or without `CAP_`; `ALL` means every one.
 */
export function containerCapabilities(request: CapabilityRequest, available: ReadonlySet<string>): string[] {
  if (request.privileged) return CAPABILITIES.filter((name) => available.has(name));
  const add = new Set(request.add?.map(capabilityName));
  const drop = new Set(request.drop?.map(capabilityName));
  const base = new Set(add.has('ALL') ? CAPABILITIES : drop.has('ALL') ? [] : DEFAULT_CAPABILITIES);
  for (const name of drop) base.delete(name);
  for (const name of add) base.add(name);
  return CAPABILITIES.filter((name) => base.has(name) && available.has(name));
}

function capabilityName(name: string): string {
  const upper = name.toUpperCase();
  return upper === 'ALL' || upper.startsWith('CAP_') ? upper : `CAP_${upper}`;
}

/** Reads a mask line such as `CapBnd` of `/proc/<pid>/status`. */
export function parseCapabilityMask(status: string, line: string): Set<string> {
  const hex = new RegExp(`^${line}:\\s*([0-9a-f]+)$`, 'm').exec(status)?.[1];
  const mask = hex === undefined ? 0n : BigInt(`0x${hex}`);
  return new Set(CAPABILITIES.filter((_, bit) => (mask >> BigInt(bit)) & 1n));
}
