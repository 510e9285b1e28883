import { createCipheriv } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { parseTokenKeys, TokenCipher, type TokenKey } from './token-cipher.js';
import { openTokens, sealTokens } from './sealed-tokens.js';

const OLD: TokenKey = { kid: 'old', secret: Buffer.alloc(32, 1) };
const NEW: TokenKey = { kid: 'new', secret: Buffer.alloc(32, 2) };
const cipher = new TokenCipher([NEW, OLD]);
const PLACE = 'session-1 idToken';

const text = fc.string({ unit: 'grapheme', maxLength: 200 });

describe('an encrypted token', () => {
  it('comes back as it was, in its own place', () => {
    fc.assert(
      fc.property(text, text, (token, place) => {
        expect(cipher.decrypt(cipher.encrypt(token, place), place)).toBe(token);
      }),
    );
  });

  it('never looks the same twice, and shows nothing of the token', () => {
    const token = 'a token that nobody must see';
    const sealed = Array.from({ length: 100 }, () => cipher.encrypt(token, PLACE));
    expect(new Set(sealed).size).toBe(100);
    for (const one of sealed) {
      expect(one).toMatch(/^v1\.new\.[\w-]+$/);
      expect(Buffer.from(one.split('.')[2] ?? '', 'base64url').toString('latin1')).not.toContain('token');
    }
  });

  it('is refused in any other place', () => {
    fc.assert(
      fc.property(text, text, text, (token, place, elsewhere) => {
        fc.pre(place !== elsewhere);
        expect(() => cipher.decrypt(cipher.encrypt(token, place), elsewhere)).toThrow();
      }),
    );
  });

  it('is refused when any one character of it was changed, taken away or added', () => {
    const character = fc.constantFrom(
      'A',
      'Q',
      'g',
      'w',
      'z',
      '0',
      '9',
      '-',
      '_',
      '.',
      '=',
      '!',
      '+',
      '/',
      ' ',
      '\n',
      '\0',
    );
    fc.assert(
      fc.property(text, fc.nat(), character, fc.integer({ min: 0, max: 2 }), (token, at, other, change) => {
        const sealed = cipher.encrypt(token, PLACE);
        const from = at % (sealed.length + 1);
        const touched = [
          sealed.slice(0, from) + other + sealed.slice(from + 1),
          sealed.slice(0, from) + sealed.slice(from + 1),
          sealed.slice(0, from) + other + sealed.slice(from),
        ][change];
        fc.pre(touched !== undefined && touched !== sealed);
        expect(() => cipher.decrypt(touched, PLACE)).toThrow();
      }),
      { numRuns: 2_000 },
    );
  });

  it('is refused when any one bit of it was turned', () => {
    const sealed = cipher.encrypt('token', PLACE);
    const bytes = Buffer.from(sealed.slice('v1.new.'.length), 'base64url');
    for (let bit = 0; bit < bytes.length * 8; bit += 1) {
      const turned = Buffer.from(bytes);
      turned[bit >> 3] = turned.readUInt8(bit >> 3) ^ (1 << (bit & 7));
      expect(() => cipher.decrypt(`v1.new.${turned.toString('base64url')}`, PLACE)).toThrow();
    }
  });

  it('is refused with a tag that was cut short, even if the rest of it is right', () => {
    const iv = Buffer.alloc(12, 7);
    const made = createCipheriv('aes-256-gcm', NEW.secret, iv).setAAD(Buffer.from(PLACE));
    made.final();
    const tag = made.getAuthTag();
    expect(cipher.decrypt(`v1.new.${Buffer.concat([iv, tag]).toString('base64url')}`, PLACE)).toBe('');
    for (let length = 0; length < 16; length += 1) {
      const cut = Buffer.concat([iv, tag.subarray(0, length)]).toString('base64url');
      expect(() => cipher.decrypt(`v1.new.${cut}`, PLACE)).toThrow('is none');
    }
  });

  it.each([
    '',
    'v1',
    'v1.new',
    'v1.new.',
    'v2.new.AAAA',
    'a token in clear',
    'eyJhbGciOiJub25lIn0.eyJzdWIiOiJhbmEifQ.c2ln',
  ])('is not %j, and the error does not repeat it', (wrong) => {
    expect(() => cipher.decrypt(wrong, PLACE)).toThrow(/^what should be an encrypted token is none$/);
  });
});

describe('the ring of keys', () => {
  it('decrypts what the previous key encrypted, and encrypts with the first', () => {
    const before = new TokenCipher([OLD]).encrypt('token', PLACE);
    expect(before).toMatch(/^v1\.old\./);
    expect(cipher.decrypt(before, PLACE)).toBe('token');
    expect(cipher.encrypt('token', PLACE)).toMatch(/^v1\.new\./);
  });

  it('says which key is missing', () => {
    const sealed = cipher.encrypt('token', PLACE);
    expect(() => new TokenCipher([OLD]).decrypt(sealed, PLACE)).toThrow('no key "new"');
  });

  it('does not take another key of the same name', () => {
    const sealed = cipher.encrypt('token', PLACE);
    expect(() => new TokenCipher([{ kid: 'new', secret: Buffer.alloc(32, 9) }]).decrypt(sealed, PLACE)).toThrow();
  });

  const base64 = (bytes: number) => Buffer.alloc(bytes, 5).toString('base64');

  it('is read from the configuration', () => {
    expect(parseTokenKeys(`a:${base64(32)}, b_2:${Buffer.alloc(32, 0xfb).toString('base64url')}`)).toEqual([
      { kid: 'a', secret: Buffer.alloc(32, 5) },
      { kid: 'b_2', secret: Buffer.alloc(32, 0xfb) },
    ]);
  });

  it.each([
    ['nothing', ''],
    ['a key without name', base64(32)],
    ['an empty name', `:${base64(32)}`],
    ['a name with a dot, which would split the ciphertext', `a.b:${base64(32)}`],
    ['a name of 33 letters', `${'a'.repeat(33)}:${base64(32)}`],
    ['31 bytes', `a:${base64(31)}`],
    ['33 bytes', `a:${base64(33)}`],
    ['no bytes', 'a:'],
    ['text that is no Base64', 'a:§§§'],
    ['a name that stands twice', `a:${base64(32)},a:${base64(32)}`],
    ['a comma too many', `a:${base64(32)},`],
  ])('is not %s', (_name, wrong) => {
    expect(parseTokenKeys(wrong)).toBeUndefined();
  });
});

describe('the tokens of a session', () => {
  const TOKENS = { idToken: 'i', accessToken: 'a', accessExpiresAt: new Date(0), refreshToken: 'r' };

  it.each([TOKENS, { idToken: 'i', accessToken: undefined, accessExpiresAt: undefined, refreshToken: undefined }])(
    'come back as they were, the absent ones too',
    (tokens) => {
      expect(openTokens(cipher, { id: 's1', ...sealTokens(cipher, 's1', tokens) })).toEqual(tokens);
    },
  );

  it('can be moved neither to another session nor to another column', () => {
    const sealed = sealTokens(cipher, 's1', TOKENS);
    expect(() => openTokens(cipher, { id: 's2', ...sealed })).toThrow();
    expect(() => openTokens(cipher, { id: 's1', ...sealed, refreshToken: sealed.accessToken })).toThrow();
  });
});
