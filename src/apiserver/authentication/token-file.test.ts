import { expect, test } from 'vitest';
import { parseTokenFile, TokenFileError } from './token-file.ts';

test('a token file has a token, a user, a uid and perhaps groups in each line', () => {
  const csv = 'a,ann,1\n\nb,bob,2,"x,y"\r\nc, cid ,3,z\n,nobody,0\nd,"d ""the"" e",,\na,again,4\n';
  expect([...parseTokenFile(csv)]).toEqual([
    ['a', { name: 'again', uid: '4', groups: [] }],
    ['b', { name: 'bob', uid: '2', groups: ['x', 'y'] }],
    ['c', { name: 'cid', uid: '3', groups: ['z'] }],
    ['d', { name: 'd "the" e', groups: [] }],
  ]);
});

test('a line that holds too little is named', () => {
  expect(() => parseTokenFile('a,ann,1\nb,bob\n')).toThrow(
    new TokenFileError('read token file: line 2 must hold token, user name and uid'),
  );
});
