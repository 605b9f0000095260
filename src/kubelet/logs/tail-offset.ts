import type { FileHandle } from 'node:fs/promises';

const BLOCK = 64 * 1024;
const NEWLINE = 0x0a;

/** Where the last `lines` lines of a file of `size` bytes begin. */
export async function tailOffset(file: FileHandle, size: number, lines: number): Promise<number> {
  if (lines <= 0) return size;
  const block = Buffer.alloc(BLOCK);
  let end = size;
  let found = 0;
  while (end > 0) {
    const start = Math.max(0, end - BLOCK);
    const { bytesRead } = await file.read(block, 0, end - start, start);
    for (let index = bytesRead - 1; index >= 0; index--) {
      // The newline that ends the file ends its last line.
      if (block[index] !== NEWLINE || start + index === size - 1) continue;
      if (++found === lines) return start + index + 1;
    }
    end = start;
  }
  return 0;
}
