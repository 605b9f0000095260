import type { Dice } from './stage.ts';

/** Dice that fall the same way for the same seed and question, in whatever order questions are asked. */
export function createDice(seed: number): Dice {
  return (question) => {
    let hash = seed ^ 0x811c9dc5;
    for (let index = 0; index < question.length; index++) {
      hash = Math.imul(hash ^ question.charCodeAt(index), 0x01000193);
    }
    // The hash alone tells similar questions apart too little in its high bits.
    hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
    hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
    return ((hash ^ (hash >>> 16)) >>> 0) / 2 ** 32;
  };
}
