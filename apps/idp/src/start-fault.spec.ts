import { describe, expect, it } from '@jest/globals';
import { startFault } from './start-fault.js';

const failure = (fields: object) => Object.assign(new Error('something long'), fields);

describe('what keeps the IdP from starting', () => {
  it.each([
    [
      failure({ code: 'EADDRINUSE', port: 4000 }),
      'PORT or IDP_OPERATOR_PORT names a port that is in use: 4000 (EADDRINUSE)',
    ],
    [failure({ code: 'P1001' }), 'IDP_DATABASE_URL: nothing answers there (P1001)'],
    [failure({ code: 'P2021' }), expect.stringContaining('prisma migrate deploy')],
    [failure({ code: 'P9999' }), 'Error: something long'],
    ['a text', 'a text'],
  ])('%s', (error, said) => {
    expect(startFault(error)).toEqual(said);
  });
});
