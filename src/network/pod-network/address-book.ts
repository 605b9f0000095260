import { readFile, rename, writeFile } from 'node:fs/promises';
import type { PortMapping } from '#cri/runtime.ts';
import type { Ipv4Range } from './ipv4-range.ts';

/** What a sandbox was given. */
export interface Lease {
  readonly sandboxId: string;
  readonly address: string;
  readonly portMappings: readonly PortMapping[];
}

interface BookFile {
  readonly next: number;
  readonly leases: readonly Lease[];
}

/**
 * Which sandbox has which address, kept in a file. Addresses are given in turn, so that one that was freed rests as long
 * as possible: clients may still have connections to its former owner.
 */
export class AddressBook {
  readonly #path: string;
  readonly #range: Ipv4Range;
  readonly #leases = new Map<string, Lease>();
  readonly #taken = new Set<string>();
  #next = 0;
  #writing: Promise<void> = Promise.resolve();

  private constructor(path: string, range: Ipv4Range) {
    this.#path = path;
    this.#range = range;
  }

  /** Reads the book, or starts an empty one. */
  static async open(path: string, range: Ipv4Range): Promise<AddressBook> {
    const book = new AddressBook(path, range);
    const file = await readBook(path);
    book.#next = file.next;
    for (const lease of file.leases) book.#add(lease);
    return book;
  }

  leases(): Lease[] {
    return [...this.#leases.values()];
  }

  get(sandboxId: string): Lease | undefined {
    return this.#leases.get(sandboxId);
  }

  /** Gives the sandbox an address, the same one when it has one already. Rejects when all are taken. */
  async take(sandboxId: string, portMappings: readonly PortMapping[]): Promise<Lease> {
    const lease = { sandboxId, address: this.#leases.get(sandboxId)?.address ?? this.#freeAddress(), portMappings };
    this.#add(lease);
    await this.#save();
    return lease;
  }

  /** Frees the sandbox's address; undefined when it had none. */
  async release(sandboxId: string): Promise<Lease | undefined> {
    const lease = this.#leases.get(sandboxId);
    if (lease === undefined) return undefined;
    this.#leases.delete(sandboxId);
    this.#taken.delete(lease.address);
    await this.#save();
    return lease;
  }

  #add(lease: Lease): void {
    this.#leases.set(lease.sandboxId, lease);
    this.#taken.add(lease.address);
  }

  #freeAddress(): string {
    const { size } = this.#range;
    for (let tried = 0; tried < size; tried++) {
      const address = this.#range.at((this.#next + tried) % size);
      if (this.#taken.has(address)) continue;
      this.#next = (this.#next + tried + 1) % size;
      return address;
    }
    throw new Error(`no addresses available in ${this.#range.cidr}`);
  }

  /** Writes are ordered; one that waits behind another writes the newest state. */
  #save(): Promise<void> {
    const write = async () => {
      const file: BookFile = { next: this.#next, leases: this.leases() };
      await writeFile(`${this.#path}.tmp`, JSON.stringify(file), { mode: 0o600 });
      await rename(`${this.#path}.tmp`, this.#path);
    };
    const result = this.#writing.then(write);
    // Only the order is passed on; the failure belongs to the caller.
    this.#writing = result.catch(() => {});
    return result;
  }
}

async function readBook(path: string): Promise<BookFile> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as BookFile;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return { next: 0, leases: [] };
    throw new Error(`read address book ${path}: ${(error as Error).message}`, { cause: error });
  }
}
