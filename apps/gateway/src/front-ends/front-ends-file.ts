import { httpOrigin } from '#config';
import { entryName as name, idpEntries, idpEntry, type IdpEntry } from '#idp-client';
import { z } from 'zod';
import { contradictionsIn, type SoundEntries } from './contradictions.js';

const DAY_S = 24 * 60 * 60;

const seconds = z.number().positive();
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
    idps: idpEntries,
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
export type { IdpEntry };
export type ServiceEntry = z.output<typeof Service>;
export type FrontEndEntry = z.output<typeof FrontEndEntry>;

/** What of a file that may have faults can be compared: each entry that is right by itself. */
function soundOf(file: unknown): SoundEntries {
  const parts: Readonly<Record<string, unknown>> = z.record(z.string(), z.unknown()).catch({}).parse(file);
  const named = <S extends z.ZodType>(schema: S, part: unknown) =>
    z.record(z.string(), schema.optional().catch(undefined)).catch({}).parse(part);
  return {
    idps: named(idpEntry, parts.idps),
    services: named(Service, parts.services),
    frontEnds: z.array(FrontEndEntry.optional().catch(undefined)).catch([]).parse(parts.frontEnds),
  };
}
