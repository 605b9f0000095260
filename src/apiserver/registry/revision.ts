import { newBadRequest } from '#machinery/errors/status-error.ts';

const MOST = 2n ** 64n - 1n;

/** A resourceVersion by which a list asks for a state; refuses what is none. */
export function revisionOfList(text: string): number {
  const fault = faultOf(text);
  if (fault !== undefined) throw newBadRequest(`invalid resource version: ${invalidVersion(text, fault)}`);
  return Number(text);
}

/** A resourceVersion by which a get or a watch asks for a state; refuses what is none. */
export function revisionOfRead(text: string): number {
  const fault = faultOf(text);
  if (fault !== undefined) throw newBadRequest(invalidVersion(text, fault));
  return Number(text);
}

/** The resourceVersion that an object to be written names; 0 where it names none. */
export function revisionOfObject(text: string | undefined): number {
  if (!text) return 0;
  const fault = faultOf(text);
  if (fault !== undefined) throw newBadRequest(fault);
  return Number(text);
}

/** What Go says of a text that is no number. */
function faultOf(text: string): string | undefined {
  const said = `strconv.ParseUint: parsing ${JSON.stringify(text)}`;
  if (!/^\d+$/.test(text)) return `${said}: invalid syntax`;
  return text.length > 19 && BigInt(text) > MOST ? `${said}: value out of range` : undefined;
}

const invalidVersion = (text: string, fault: string) =>
  `resourceVersion: Invalid value: ${JSON.stringify(text)}: ${fault}`;
