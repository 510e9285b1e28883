import { httpOrigin } from '#config';
import { z } from 'zod';
import { contradictionsIn, type SoundEntries } from './contradictions.js';

const DAY_S = 24 * 60 * 60;

/** A secret, never written into the file itself: the name of an environment variable, or the path of a file. */
const Secret = z.union(
  [
    z.strictObject({
      env: z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'must be the name of an environment variable'),
    }),
    z.strictObject({ file: z.string().min(1) }),
  ],
  { error: 'must be {env: NAME} or {file: path}; a secret never stands in this file: if it was one, change it' },
);
export type SecretPlace = z.output<typeof Secret>;

const seconds = z.number().positive();
const name = z.string().regex(/^[a-z][a-z0-9-]*$/, 'must be made of a-z, 0-9 and -');

const Client = z.strictObject({
  id: z.string().min(1).describe('client id'),
  auth: z
    .enum(['client_secret_basic', 'client_secret_basic_raw', 'client_secret_post', 'private_key_jwt'])
    .default('client_secret_basic')
    .describe(
      'how the client authenticates; client_secret_basic_raw sends id and secret as they are, for IdPs that do not percent-decode them',
    ),
  secret: Secret.optional().describe('its secret'),
  key: Secret.optional().describe('private JWK with kid and alg, for private_key_jwt'),
});

const Ssf = z.strictObject({
  transmitter: z.url().describe('issuer of the security event tokens'),
  jwksUri: z.url().optional().describe('where its keys are; default: from its discovery document'),
  audience: z.string().min(1).describe('who we are in `aud`'),
  authorization: Secret.optional().describe('what the Authorization header must be, whole'),
});

const Idp = z.strictObject({
  issuer: z
    .url({ protocol: /^https?$/ })
    .describe('issuer identifier, exactly as the discovery document writes it, trailing slash included'),
  internalOrigin: httpOrigin
    .optional()
    .describe(
      "origin for server-to-server requests in place of the issuer's, such as http://idp:3000 inside a cluster",
    ),
  unsafePlainHttp: z
    .boolean()
    .default(false)
    .describe('permits plain http to an IdP on another machine; for closed test networks only'),
  client: Client,
  algorithm: z
    .enum(['RS256', 'PS256', 'ES256', 'EdDSA'])
    .default('RS256')
    .describe('the one algorithm that ID tokens and logout tokens are signed with'),
  par: z
    .enum(['auto', 'always', 'never'])
    .default('auto')
    .describe('pushed authorization requests (RFC 9126): auto uses them where the IdP offers them'),
  endpoints: z
    .strictObject({
      introspection: z.url().describe('where tokens are asked about (RFC 7662)'),
      revocation: z.url().describe('where tokens are revoked (RFC 7009)'),
      endSession: z.url().describe('where a browser goes to end the IdP session'),
    })
    .partial()
    .default({})
    .describe('endpoints that the discovery document does not name'),
  tokensEndWithSession: z
    .boolean()
    .default(false)
    .describe(
      "the IdP's tokens stop to be active when its session ends; then an active token contradicts a `login_required`",
    ),
  refreshTokens: z
    .enum(['rotate', 'stay'])
    .default('rotate')
    .describe(
      'whether a refresh gives another refresh token: after a lost answer only one that stays may be sent again',
    ),
  revokeOnLogout: z
    .boolean()
    .default(true)
    .describe('revoke the refresh token at sign-out, after the session has ended here'),
  logoutTokens: z
    .strictObject({
      requireType: z.boolean().default(false).describe('refuse logout tokens without `typ: logout+jwt`'),
      allowNoExpiry: z
        .boolean()
        .default(false)
        .describe(
          'take logout tokens without `exp`, from IdPs older than the errata; `iat` must be of the last 2 minutes',
        ),
    })
    .prefault({}),
  ssf: Ssf.optional().describe('take security event tokens by push (RFC 8935)'),
  globalTokenRevocation: z
    .strictObject({ authorization: Secret.describe('bearer token that the caller must have') })
    .optional()
    .describe('take Global Token Revocation requests; a draft, so off unless named'),
});

const Service = z.strictObject({
  origin: httpOrigin.describe('where the service listens'),
  paths: z
    .array(z.string().startsWith('/'))
    .min(1)
    .default(['/'])
    .describe('paths that may be asked for, by prefix; all by default'),
  credential: z
    .enum(['assertion', 'access_token', 'none'])
    .default('assertion')
    .describe("what the service gets in Authorization: our assertion, the IdP's access token, or nothing"),
  maxIdpAgeS: seconds
    .optional()
    .describe('the IdP must have confirmed the session within so many seconds, else a silent sign-in comes first'),
  timeoutS: seconds.max(3600).default(30).describe('the service must begin to answer within so many seconds'),
});

const Pages = z.union(
  [
    z.strictObject({ folder: z.string().min(1), fallback: z.string().optional() }),
    z.strictObject({ upstream: httpOrigin }),
  ],
  { error: 'must be {folder: path, fallback: file} or {upstream: origin}; fallback may be left out' },
);

const FrontEndEntry = z.strictObject({
  origin: httpOrigin.describe('as a browser writes it: https://app.example.com'),
  path: z
    .string()
    .regex(/^\/(?:[a-z0-9-]+(?:\/[a-z0-9-]+)*)?$/, 'must be / or like /shop: a-z, 0-9 and -, no slash at the end')
    .default('/')
    .describe('prefix of the front end, where several share a host'),
  idp: name.optional().describe('which of `idps`; needless where there is one'),
  scopes: z
    .string()
    .regex(/(?:^| )openid(?: |$)/, 'must hold openid')
    .default('openid profile email')
    .describe('scopes to ask for, separated by spaces'),
  audience: z.string().optional().describe('`audience` of the authorization request, where the IdP knows it'),
  acrValues: z.array(z.string().regex(/^\S+$/)).min(1).optional().describe('the `acr` must be one of these'),
  maxAgeS: z.number().int().nonnegative().optional().describe('`max_age` of each interactive sign-in'),
  cookie: z
    .strictObject({
      sameSite: z.enum(['lax', 'strict']).default('lax').describe('SameSite of the session cookie'),
      name: name
        .optional()
        .describe('name of the session cookie, without `__Host-`; default: `bff-session`, with the path'),
    })
    .prefault({}),
  session: z
    .strictObject({
      ttlS: seconds
        .max(30 * DAY_S)
        .default(14 * DAY_S)
        .describe('longest life of a session; at most 30 days'),
      idleS: seconds.default(DAY_S).describe('a browser session that nobody uses ends after so many seconds'),
    })
    .prefault({}),
  silent: z
    .strictObject({
      coolDownS: seconds
        .min(10)
        .default(60)
        .describe('a browser is sent on one silent sign-in of each kind (iframe, redirect) in so many seconds'),
    })
    .prefault({}),
  embedding: z
    .array(httpOrigin)
    .default([])
    .describe('other origins whose pages may embed the silent sign-in and be told its outcome'),
  afterLogout: z
    .string()
    .regex(/^\/(?![/\\])/, 'must be a path: /, and no second slash')
    .optional()
    .describe('where a person lands after sign-out; default: the front end'),
  forwardAuth: z
    .boolean()
    .default(false)
    .describe(
      'answer GET /bff/verify; only behind a proxy that keeps that path from browsers, since the answer can hold an assertion',
    ),
  services: z.array(name).default([]).describe('which of `services` are behind `/bff/api/<name>/`'),
  pages: Pages.optional().describe('the pages themselves: a folder of static files, or an upstream'),
});

/** The whole file. */
export const FrontEndsFile = z
  .strictObject({
    idps: z.record(name, Idp).refine((idps) => Object.keys(idps).length > 0, 'names nothing'),
    services: z.record(name, Service).default({}),
    frontEnds: z.array(FrontEndEntry).min(1, 'names nothing'),
  })
  .superRefine(
    (file, context) => {
      for (const { path, message } of contradictionsIn(soundOf(file)))
        context.addIssue({ code: 'custom', path, message });
    },
    { when: () => true }, // contradictions are named beside the faults of single keys, in one go
  );
export type FrontEndsFile = z.output<typeof FrontEndsFile>;
export type IdpEntry = z.output<typeof Idp>;
export type ServiceEntry = z.output<typeof Service>;
export type FrontEndEntry = z.output<typeof FrontEndEntry>;

/** What of a file that may have faults can be compared: each entry that is right by itself. */
function soundOf(file: unknown): SoundEntries {
  const parts: Readonly<Record<string, unknown>> = z.record(z.string(), z.unknown()).catch({}).parse(file);
  const named = <S extends z.ZodType>(schema: S, part: unknown) =>
    z.record(z.string(), schema.optional().catch(undefined)).catch({}).parse(part);
  return {
    idps: named(Idp, parts.idps),
    services: named(Service, parts.services),
    frontEnds: z.array(FrontEndEntry.optional().catch(undefined)).catch([]).parse(parts.frontEnds),
  };
}
