import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { ContainerConfig, ContainerState, PodSandboxConfig } from '../runtime.ts';
import { readJsonFile, writeJsonFile } from './system/atomic-file.ts';
import type { ProcessIdentity } from './system/process-identity.ts';

/** A sandbox as it is remembered. */
export interface SandboxRecord {
  readonly id: string;
  readonly config: PodSandboxConfig;
  /** `CREATING` is never shown: a crash in between leaves something to remove. */
  readonly state: 'CREATING' | 'READY' | 'NOTREADY';
  readonly createdAt: number;
  readonly ips: readonly string[];
  /** Holds the PID namespace that the pod's containers share. */
  readonly pause?: ProcessIdentity;
}

/** A container as it is remembered. */
export interface ContainerRecord {
  readonly id: string;
  readonly sandboxId: string;
  readonly config: ContainerConfig;
  readonly state: ContainerState;
  readonly createdAt: number;
  readonly startedAt: number;
  readonly finishedAt: number;
  readonly exitCode: number;
  readonly reason: string;
  readonly message: string;
  readonly imageRef: string;
  readonly layers: readonly string[];
  readonly cgroupsPath: string;
  readonly logPath: string;
  readonly stopSignal: string;
  /** Whether the container's processes outlive its first process, which then has to be made up for. */
  readonly sharesPidNamespace: boolean;
  readonly process?: ProcessIdentity;
  /** The runtime has been told to forget it; its control group is gone. */
  readonly released: boolean;
}

/** Records of one kind, one directory each, kept in memory and written through. */
export class RecordStore<T extends { readonly id: string }> {
  readonly #directory: string;
  readonly #records = new Map<string, T>();
  #loaded = false;

  constructor(directory: string) {
    this.#directory = directory;
  }

  directory(id: string): string {
    return join(this.#directory, id);
  }

  /** Whether `load` has been called. */
  get loaded(): boolean {
    return this.#loaded;
  }

  /** Reads what is on disk; resolves with the directories that hold no readable record. */
  async load(): Promise<string[]> {
    this.#loaded = true;
    await mkdir(this.#directory, { recursive: true, mode: 0o700 });
    const broken: string[] = [];
    for (const id of await readdir(this.#directory)) {
      const record = await readJsonFile<T>(this.#file(id));
      if (record?.id === id) this.#records.set(id, record);
      else broken.push(this.directory(id));
    }
    return broken;
  }

  get(id: string): T | undefined {
    return this.#records.get(id);
  }

  /** By id or by a prefix that only one record has. */
  find(id: string): T | undefined {
    const exact = this.#records.get(id);
    if (exact !== undefined || id === '') return exact;
    const matches = this.list().filter((record) => record.id.startsWith(id));
    return matches.length === 1 ? matches[0] : undefined;
  }

  list(): T[] {
    return [...this.#records.values()];
  }

  /** The record is visible at once; resolves when it is on disk. */
  async put(record: T): Promise<T> {
    this.#records.set(record.id, record);
    await mkdir(this.directory(record.id), { recursive: true, mode: 0o700 });
    await writeJsonFile(this.#file(record.id), record);
    return record;
  }

  async delete(id: string): Promise<void> {
    this.#records.delete(id);
    await rm(this.directory(id), { recursive: true, force: true });
  }

  #file(id: string): string {
    return join(this.directory(id), 'record.json');
  }
}
