import { randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { cookiesNamed, hostCookie, setCookie } from '../authorize/cookie-text.js';
import type { IdpConfig } from '../config.js';
import { isSameText, keyedHash } from '../hashes.js';

/** As long as browsers keep a cookie at most. */
const MAX_AGE_S = 400 * 86_400;
/** More people than share a browser; a cookie has room for 4 KB. */
const MOST_TAGS = 40;
const COOKIE = /^([\w-]{22})((?:\.[\w-]{22})*)$/;

/** What a browser has seen a person do: enter the password, or the second factor too. */
export type Familiarity = 'password' | 'second_factor';

/**
 * Knows browsers that somebody has signed in with before, so that what others do can't keep that person out (OWASP calls
 * it a device cookie). The value is `<random id>.<tag>.<tag>…` with a keyed hash per person: it tells nobody's name, can't be
 * forged, and helps nobody with an account that they have not signed in to. It signs nobody in.
 */
@Injectable()
export class DeviceCookies {
  private readonly name: string;
  private readonly isSecure: boolean;
  private readonly keys: readonly string[];

  constructor({ IDP_ISSUER, IDP_COOKIE_KEYS }: Pick<IdpConfig, 'IDP_ISSUER' | 'IDP_COOKIE_KEYS'>) {
    this.isSecure = IDP_ISSUER.startsWith('https:');
    this.name = hostCookie('idp_device', this.isSecure);
    this.keys = IDP_COOKIE_KEYS;
  }

  /** Gives the browser's id when this person has done that much in it before. */
  idOf(request: FastifyRequest, sub: string, familiarity: Familiarity): string | undefined {
    const { id, tags } = this.read(request);
    if (id === undefined) return undefined;
    const expected = this.keys.map((key) => tagOf(key, id, sub, familiarity));
    const isKnown = tags.some((tag) => expected.some((one) => isSameText(tag, one)));
    return isKnown ? id : undefined;
  }

  /** Remembers what this person has done in this browser. Whoever else is remembered stays so. */
  remember(request: FastifyRequest, reply: FastifyReply, sub: string, familiarity: Familiarity): void {
    const { id = randomBytes(16).toString('base64url'), tags } = this.read(request);
    const tag = tagOf(this.keys[0] ?? '', id, sub, familiarity);
    const value = [id, ...new Set([tag, ...tags])].slice(0, MOST_TAGS + 1).join('.');
    const attributes = { sameSite: 'lax', secure: this.isSecure, maxAgeS: MAX_AGE_S, httpOnly: true } as const;
    void reply.header('set-cookie', setCookie(this.name, value, attributes));
  }

  private read({ headers }: FastifyRequest): { readonly id?: string; readonly tags: readonly string[] } {
    const [, id, tags = ''] = COOKIE.exec(cookiesNamed(this.name, headers.cookie)[0] ?? '') ?? [];
    return id === undefined ? { tags: [] } : { id, tags: tags.split('.').slice(1) };
  }
}

/** 128 bits, in as many characters as the id. */
function tagOf(key: string, id: string, sub: string, familiarity: Familiarity): string {
  return keyedHash(key, `device cookie ${familiarity} ${id} ${sub}`).subarray(0, 16).toString('base64url');
}
