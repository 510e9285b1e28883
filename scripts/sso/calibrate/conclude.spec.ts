import { describe, expect, it } from '@jest/globals';
import { readIdps } from '#idp-client';
import type { IssuerProfileName } from '#session';
import { readAnnounced } from './announced.js';
import { conclude } from './conclude.js';
import { entryYaml } from './entry-yaml.js';
import type { AfterTheEnd, Findings, Slide } from './findings.js';
import type { Reply } from './reply.js';
import { conclusionLines } from './report.js';
import { eachWay, type Way } from './ways.js';

const active: Reply = { kind: 'active', detail: '200' };
const inactive: Reply = { kind: 'gone', detail: '200 active: false' };
const noToken: Reply = { kind: 'not_possible', detail: 'no refresh token was given' };
const noticed: AfterTheEnd = { kind: 'noticed', afterS: 0, detail: 'gone', onlyAfterRefusal: false };
const alive: AfterTheEnd = { kind: 'still_active', forS: 60, detail: '200' };
const slides: Slide = { kind: 'slides', detail: 'it does' };
const idles: Slide = { kind: 'lets_idle', detail: 'it does not' };
const notTried: Slide = { kind: 'not_tried', detail: 'not tried' };

/** What an experiment saw: everything tells the end, but for what a test lays over it. */
interface Seen {
  readonly live?: Partial<Record<Way, Reply>>;
  readonly end?: Partial<Record<Way, AfterTheEnd>>;
  readonly sliding?: Partial<Record<Way, Slide>>;
  readonly profile?: IssuerProfileName;
  readonly rotates?: boolean;
  readonly proof?: string;
}

function findingsOf({ live, end, sliding, profile = 'generic', rotates, proof = 'login_required' }: Seen): Findings {
  return {
    ...{ issuer: 'https://idp.example', clientId: 'gateway', profile, endpoints: {}, announced: readAnnounced({}) },
    signIn: {
      ...{ idpSid: true, authTime: true, refreshToken: true, expiresInS: 300, refreshExpiresInS: undefined },
      algorithm: 'RS256',
    },
    live: { ...eachWay(() => active), ...live },
    refresh: { rotates: rotates ?? true, bringsIdToken: true, oldAccessToken: active, oldRefreshToken: inactive },
    sliding: { ...eachWay(() => notTried), ...sliding },
    end: { proof, ways: { ...eachWay(() => noticed), ...end } },
  };
}

const nobody: Record<Way, AfterTheEnd> = eachWay(() => alive);

const CASES: readonly (readonly [name: string, seen: Seen, expected: object])[] = [
  [
    'introspection of the refresh token is the first choice, userinfo confirms it',
    {},
    { method: { value: 'introspect', sure: 'high' }, token: 'refresh_token', confirm: { value: 'userinfo' } },
  ],
  [
    'introspection that is always inactive is unusable',
    { live: { introspect_refresh_token: inactive, introspect_access_token: inactive } },
    { method: { value: 'userinfo' }, token: undefined, confirm: { value: 'none' } },
  ],
  [
    'without refresh tokens the access token is asked about',
    { live: { introspect_refresh_token: noToken, refresh: noToken } },
    { method: { value: 'introspect' }, token: 'access_token' },
  ],
  [
    'tokens that outlive the session leave only push',
    { end: nobody },
    { method: { value: 'none', sure: 'high' }, tokensEndWithSession: { value: false }, noticedAfterS: undefined },
  ],
  [
    'a way that was not answered after the end is not recommended',
    { end: eachWay(() => ({ kind: 'unknown', detail: 'timeout' }) as const) },
    { method: { value: 'none' }, tokensEndWithSession: undefined },
  ],
  [
    'where only the refresh tells, it is named with its price',
    { end: { ...nobody, refresh: noticed } },
    { method: { value: 'none', sure: 'fair' }, atAPrice: 'refresh', tokensEndWithSession: { value: true } },
  ],
  [
    'a refresh that was seen not to slide may be used, against the word of the profile',
    { end: { ...nobody, refresh: noticed }, sliding: { refresh: idles } },
    { method: { value: 'refresh' }, contradictsSliding: true, atAPrice: undefined },
  ],
  [
    'a way that was seen to slide is not recommended, whatever the profile says',
    { sliding: { introspect_refresh_token: slides, introspect_access_token: slides } },
    { method: { value: 'userinfo' } },
  ],
  [
    'what was not tried slides if the profile says so',
    { profile: 'duende' },
    { method: { value: 'none' }, atAPrice: 'introspect' },
  ],
  [
    'an end that was noticed only after a refused refresh is less sure',
    { end: { ...nobody, userinfo: { ...noticed, onlyAfterRefusal: true }, refresh: noticed } },
    { method: { value: 'userinfo', sure: 'fair' } },
  ],
  [
    'a sign-out that only the person vouches for is less sure',
    { proof: 'page_shown' },
    { method: { value: 'introspect', sure: 'fair' } },
  ],
  [
    'the shortest time to notice is that of any way that tells',
    {
      end: {
        introspect_refresh_token: { ...noticed, afterS: 4 },
        userinfo: { ...noticed, afterS: 2.5 },
        introspect_access_token: alive,
        refresh: { ...noticed, afterS: 5 },
      },
    },
    { noticedAfterS: 2.5, method: { value: 'introspect' } },
  ],
  ['a refresh token that stays is fairly sure', { rotates: false }, { refreshTokens: { value: 'stay', sure: 'fair' } }],
];

describe('the conclusion of an experiment', () => {
  it.each(CASES)('%s', (_name, seen, expected) => {
    expect(conclude(findingsOf(seen))).toMatchObject(expected);
  });

  it.each(CASES)('is an entry that gateway and session-poller take: %s', (_name, seen) => {
    const findings = findingsOf(seen);
    const conclusion = conclude(findings);
    const yaml = entryYaml(findings, conclusion, { auth: 'client_secret_basic', secretFile: '/run/secret' });
    const text = yaml.replace('{ file: "/run/secret" }', '{ env: SECRET }');
    const { main } = readIdps('IDPS', text, { SECRET: 'a secret' }).idps;
    expect(main).toMatchObject({ issuer: 'https://idp.example', refreshTokens: conclusion.refreshTokens?.value });
    if (main?.probe.method !== undefined) expect(main.probe.method).toBe(conclusion.method.value);
  });

  it('writes only what the profile does not say', () => {
    const findings = findingsOf({ profile: 'oidc-provider', live: { userinfo: inactive } });
    const yaml = entryYaml(findings, conclude(findings), { auth: 'client_secret_post', secretFile: '/run/secret' });
    expect(yaml.split('\n')).toEqual([
      ...['idps:', '  main:', '    issuer: "https://idp.example"', '    profile: oidc-provider', '    client:'],
      ...['      id: "gateway"', '      auth: client_secret_post', '      secret: { file: "/run/secret" }'],
    ]);
  });

  it('says that nobody tells where push is not announced either', () => {
    const findings = findingsOf({ end: nobody });
    expect(conclusionLines(findings, conclude(findings)).join('\n')).toContain('no logout by push is announced either');
    const pushed = { ...findings, announced: readAnnounced({ backchannel_logout_supported: true }) };
    expect(conclusionLines(pushed, conclude(pushed)).join('\n')).not.toContain('announced either');
  });
});
