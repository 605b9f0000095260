import type { Plugin } from 'esbuild';

export function spreadNothingFirst(text: string): string;
export function objectSpreads(folder: string): Plugin;
