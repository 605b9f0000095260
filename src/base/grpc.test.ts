import { expect, test } from 'vitest';
import { grpcAnswer, grpcFrame } from './grpc.ts';

const OK = { ':status': 200, 'grpc-status': '0' };

test('a message is framed, and read again', () => {
  const frame = grpcFrame(Uint8Array.of(8, 1));
  expect([...frame]).toEqual([0, 0, 0, 0, 2, 8, 1]);
  // As it lies in a buffer that others share.
  const shared = Uint8Array.of(9, 9, ...frame);
  expect(grpcAnswer(OK, shared.subarray(2))).toEqual(Uint8Array.of(8, 1));
  expect(grpcAnswer(OK, grpcFrame(new Uint8Array()))).toEqual(new Uint8Array());
});

test.each<[string, Record<string, unknown>, readonly number[], string | undefined]>([
  ['refused', { ':status': 200, 'grpc-status': '7', 'grpc-message': '100%25' }, [], 'PermissionDenied desc = 100%'],
  ['refused in odd words', { 'grpc-status': '12', 'grpc-message': '100%' }, [], 'Unimplemented desc = 100%'],
  ['of a code to come', { 'grpc-status': '99' }, [], 'Code(99) desc = '],
  ['by something else', { ':status': 404 }, [], 'Unknown desc = unexpected HTTP status code received from server: 404'],
  ['cut off', OK, [0, 0, 0, 0, 2, 8], 'Internal desc = cardinality violation: received no response message from '],
  ['without a message', OK, [], 'Internal desc = cardinality violation: received no response message from '],
  ['never given', {}, [], undefined],
])('an answer %s', (_, headers, body, told) => {
  const answer = grpcAnswer(headers, Uint8Array.from(body));
  if (told === undefined) expect(answer).toBeUndefined();
  else expect(String(answer)).toContain(`rpc error: code = ${told}`);
});
