/**
 * A program that does nothing, for the first process of a PID namespace that a pod's containers share: it ignores SIGCHLD,
 * so that the kernel reaps what it inherits, and sleeps. It is written as machine code because an image may hold nothing
 * that could be run instead, and a copy of a host program would need its libraries.
 *
 * x86-64: rt_sigaction(SIGCHLD, &{SIG_IGN}, NULL, 8); for (;;) pause();
 * arm64:  rt_sigaction(SIGCHLD, &{SIG_IGN}, NULL, 8); for (;;) ppoll(NULL, 0, NULL, NULL, 8);
 */
const CODE: Readonly<Record<string, { machine: number; code: string }>> = {
  x64: {
    machine: 62,
    code:
      'b80d000000' + // mov $13, %eax
      'bf11000000' + // mov $17, %edi
      '488d3517000000' + // lea action(%rip), %rsi
      '31d2' + // xor %edx, %edx
      '41ba08000000' + // mov $8, %r10d
      '0f05' + // syscall
      'b822000000' + // loop: mov $34, %eax
      '0f05' + // syscall
      'ebf7' + // jmp loop
      '0f1f4000', // nop
  },
  arm64: {
    machine: 183,
    code: words(
      [0xd28010c8, 0xd2800220, 0x10000181, 0xd2800002], // x8 = 134, x0 = 17, x1 = action, x2 = 0
      [0xd2800103, 0xd4000001], // x3 = 8, svc
      [0xd2800000, 0xd2800001, 0xd2800002, 0xd2800003, 0xd2800928, 0xd4000001], // loop: zeros, x8 = 73, svc
      [0x17fffffa, 0xd503201f], // b loop, nop
    ),
  },
};

/** struct kernel_sigaction { SIG_IGN, 0, 0, 0 }. */
const ACTION = `01${'00'.repeat(31)}`;
const LOAD_ADDRESS = 0x400000;
const HEADERS = 64 + 56;

/** The program as an ELF file; undefined for an architecture that it is not written for. `architecture` is Node's name. */
export function pauseProgram(architecture: string): Buffer | undefined {
  const target = CODE[architecture];
  if (target === undefined) return undefined;
  const body = Buffer.from(target.code + ACTION, 'hex');
  const size = HEADERS + body.length;
  return Buffer.concat([fileHeader(target.machine), segmentHeader(size), body]);
}

function fileHeader(machine: number): Buffer {
  const header = Buffer.alloc(64);
  header.write('7f454c46020101', 'hex');
  header.writeUInt16LE(2, 16); // executable
  header.writeUInt16LE(machine, 18);
  header.writeUInt32LE(1, 20);
  header.writeBigUInt64LE(BigInt(LOAD_ADDRESS + HEADERS), 24); // entry
  header.writeBigUInt64LE(64n, 32); // program headers
  header.writeUInt16LE(64, 52);
  header.writeUInt16LE(56, 54);
  header.writeUInt16LE(1, 56);
  return header;
}

function segmentHeader(size: number): Buffer {
  const header = Buffer.alloc(56);
  header.writeUInt32LE(1, 0); // loaded
  header.writeUInt32LE(5, 4); // readable, executable
  header.writeBigUInt64LE(BigInt(LOAD_ADDRESS), 16);
  header.writeBigUInt64LE(BigInt(LOAD_ADDRESS), 24);
  header.writeBigUInt64LE(BigInt(size), 32);
  header.writeBigUInt64LE(BigInt(size), 40);
  header.writeBigUInt64LE(0x1000n, 48);
  return header;
}

function words(...groups: number[][]): string {
  const bytes = Buffer.alloc(groups.flat().length * 4);
  for (const [index, word] of groups.flat().entries()) bytes.writeUInt32LE(word, index * 4);
  return bytes.toString('hex');
}
