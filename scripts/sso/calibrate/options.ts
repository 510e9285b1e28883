import { parseArgs } from 'node:util';
import { issuerProfileNames, type IssuerProfileName } from '#session';
import { z } from 'zod';
import { UsageError } from '../command.js';

const url = z.url({ protocol: /^https?$/, error: 'must be an address such as https://idp.example.com' });
const seconds = z.coerce.number('must be a number of seconds').positive().max(86_400);
const given = z.string('is missing').min(1, 'is missing');

const Options = z.object({
  issuer: given.pipe(url),
  'client-id': given,
  'client-secret-file': given,
  'auth-method': z
    .enum(['client_secret_basic', 'client_secret_basic_raw', 'client_secret_post', 'private_key_jwt'])
    .default('client_secret_basic'),
  scope: z
    .string()
    .regex(/(?:^| )openid(?: |$)/, 'must hold openid')
    .default('openid profile email'),
  port: z.coerce.number().int().min(1).max(65_535).default(4199),
  'idle-s': seconds.optional(),
  'watch-s': seconds.default(60),
  profile: z.enum(issuerProfileNames).default('generic'),
  'introspection-endpoint': url.optional(),
  'revocation-endpoint': url.optional(),
  'end-session-endpoint': url.optional(),
  'unsafe-plain-http-idp': z.boolean().default(false),
  json: z.boolean().default(false),
});

/** What the person asked for. */
export interface CalibrateOptions {
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecretFile: string;
  readonly auth: z.output<typeof Options>['auth-method'];
  readonly scope: string;
  readonly port: number;
  readonly idleS: number | undefined;
  readonly watchS: number;
  readonly profile: IssuerProfileName;
  readonly endpoints: { readonly introspection?: string; readonly revocation?: string; readonly endSession?: string };
  readonly unsafePlainHttp: boolean;
  readonly json: boolean;
}

const switches = ['unsafe-plain-http-idp', 'json'];

/** Reads the command's arguments. Opens no file. @throws UsageError that names every fault */
export function readOptions(args: readonly string[]): CalibrateOptions {
  const read = Options.safeParse(parsed(args));
  if (!read.success)
    throw new UsageError(read.error.issues.map(({ path, message }) => `${nameOf(path)}: ${message}`).join('; '));
  const { data } = read;
  return {
    ...{ issuer: data.issuer, clientId: data['client-id'], clientSecretFile: data['client-secret-file'] },
    ...{ auth: data['auth-method'], scope: data.scope, port: data.port, profile: data.profile },
    ...{ idleS: data['idle-s'], watchS: data['watch-s'], json: data.json },
    unsafePlainHttp: data['unsafe-plain-http-idp'],
    endpoints: {
      ...(data['introspection-endpoint'] !== undefined && { introspection: data['introspection-endpoint'] }),
      ...(data['revocation-endpoint'] !== undefined && { revocation: data['revocation-endpoint'] }),
      ...(data['end-session-endpoint'] !== undefined && { endSession: data['end-session-endpoint'] }),
    },
  };
}

function parsed(args: readonly string[]): Readonly<Record<string, unknown>> {
  const options = Object.fromEntries(
    Object.keys(Options.shape)
      .filter((name) => name !== 'issuer')
      .map((name) => [name, { type: switches.includes(name) ? ('boolean' as const) : ('string' as const) }]),
  );
  try {
    const { values, positionals } = parseArgs({ args: [...args], options, allowPositionals: true });
    if (positionals.length > 1) throw new UsageError(`"${positionals[1] ?? ''}" is one argument too many`);
    return { ...values, issuer: positionals[0] };
  } catch (error) {
    if (error instanceof UsageError || !(error instanceof TypeError)) throw error;
    throw new UsageError(error.message, { cause: error });
  }
}

function nameOf([first]: readonly PropertyKey[]): string {
  return first === 'issuer' ? '<issuer>' : `--${String(first)}`;
}
