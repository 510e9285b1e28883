import { describe, expect, it } from '@jest/globals';
import { parseSubject } from './subject-identifier.js';

const FORMATS: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  account: { uri: 'acct:ana@example.com' },
  email: { email: 'ana@example.com' },
  iss_sub: { iss: 'https://idp.example.com', sub: 'ana' },
  opaque: { id: 's1' },
  phone_number: { phone_number: '+4930123456' },
  did: { url: 'did:example:1' },
  uri: { uri: 'urn:uuid:1' },
  jwt_id: { iss: 'https://idp.example.com', jti: 'j1' },
  saml_assertion_id: { issuer: 'https://idp.example.com', assertion_id: 'a1' },
  'ip-addresses': { 'ip-addresses': ['192.0.2.1'] },
};
/** They name a person or a session here; the others are good and name nobody. */
const NAMES_SOMEBODY = ['iss_sub', 'opaque'];

describe.each(Object.entries(FORMATS))('SSF-04: a subject of format %s', (format, members) => {
  it('is read when it is whole, and names somebody only where it can', () => {
    const subject = { format, ...members };
    expect(parseSubject(subject)).toEqual(
      NAMES_SOMEBODY.includes(format) ? subject : { format: 'other', name: format },
    );
  });

  it('T192: is none with a member too many, without one, or with one that is no text', () => {
    expect(parseSubject({ format, ...members, colour: 'red' })).toBeUndefined();
    for (const name of Object.keys(members))
      for (const value of [undefined, '', 7, null, {}, []])
        expect(parseSubject({ format, ...members, [name]: value })).toBeUndefined();
  });

  it('may stand within aliases and within a complex subject', () => {
    const subject = { format, ...members };
    expect(parseSubject({ format: 'aliases', identifiers: [subject] })).toMatchObject({ format: 'aliases' });
    expect(parseSubject({ format: 'complex', user: subject })).toMatchObject({ format: 'complex' });
    expect(parseSubject({ format: 'complex', user: { ...subject, colour: 'red' } })).toBeUndefined();
  });
});
