import { parseArgs } from 'node:util';
import { issuerProfileNames, type IssuerProfileName } from '#session';

/** What a person's own identity provider needs to be told to the demo. */
export interface OwnIssuer {
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecretFile: string;
  readonly profile: IssuerProfileName;
  readonly clientAuthMethod: 'client_secret_basic' | 'client_secret_post';
  readonly scopes: string;
  readonly plainHttp: boolean;
}

/** What the person asked for. */
export interface DemoOptions {
  readonly check: boolean;
  readonly json: boolean;
  /** show the timeline in the person's browser */
  readonly open: boolean;
  readonly target: 'stack' | 'compose';
  readonly writeEnv: string | undefined;
  readonly frontEndPort: number | undefined;
  readonly ownIssuer: OwnIssuer | undefined;
}

/** What came of reading the command line. `faults` names everything that is wrong with it, not the first alone. */
export type ParsedOptions =
  | { readonly kind: 'run'; readonly options: DemoOptions }
  | { readonly kind: 'help' }
  | { readonly kind: 'faulty'; readonly faults: readonly string[] };

const switches = ['check', 'json', 'no-open', 'help', 'unsafe-plain-http-idp'] as const;
const texts = [
  'write-env',
  'target',
  'issuer',
  'client-id',
  'client-secret-file',
  'profile',
  'frontend-port',
  'client-auth-method',
  'scopes',
] as const;
const authMethods = ['client_secret_basic', 'client_secret_post'] as const;
/** A registered redirect URI needs a port that stays. */
const OWN_ISSUER_PORT = 4100;
const onlyWithIssuer = ['client-id', 'client-secret-file', 'profile', 'client-auth-method', 'scopes'] as const;

type Text = (typeof texts)[number];
type Switch = (typeof switches)[number];
interface Given {
  readonly on: ReadonlySet<string>;
  readonly text: ReadonlyMap<string, string>;
  readonly faults: string[];
}

/** The text of `--help`. */
export const helpText = `npm run demo -- [options]

Starts the whole of session-sync on this machine: Postgres, NATS, the identity provider, the gateway with two
front ends, the session poller and two services. Prints the addresses and the passwords, and
opens the timeline of what happens; Ctrl-C stops everything.

  --check                     play the story, print a table, stop everything; exit 0 or 1
  --json                      with --check: the last line of output is the result as one JSON object
  --no-open                   do not open the timeline in your browser
  --write-env FILE            write every address, password and token of the running demo to FILE (dotenv, 0600)
  --frontend-port N           the front ends' port (default: a free one)
  --target stack|compose      with --check: play against a stack of its own (default), or the docker-compose cluster
                              that is already up; COMPOSE_COMMAND replaces "docker compose"

Against your own identity provider, in place of the built-in one:
  --issuer URL                its issuer, as its discovery document has it
  --client-id ID              the client that you registered there
  --client-secret-file FILE   a file that holds the client's secret
  --frontend-port N           default 4100; the redirect URIs to register are http://localhost:N/bff/callback and, for
                              front end B, http://127.0.0.1:N/bff/callback
  --profile NAME              ${issuerProfileNames.join(', ')} (default: generic, which is
                              never asked: only its push tells)
  --client-auth-method NAME   ${authMethods.join(', ')} (default: client_secret_basic)
  --scopes "A B"              default: openid profile email
  --unsafe-plain-http-idp     allow an issuer that is plain http and not on this machine

  --help                      this text
`;

/** Reads the command line. Opens no file and asks no network. */
export function parseOptions(args: readonly string[]): ParsedOptions {
  const given = readArguments(args);
  if (given.on.has('help')) return { kind: 'help' };
  const frontEndPort = readPort(given);
  checkCombinations(given);
  const ownIssuer = readOwnIssuer(given);
  if (given.faults.length > 0) return { kind: 'faulty', faults: given.faults };
  return {
    kind: 'run',
    options: {
      check: given.on.has('check'),
      json: given.on.has('json'),
      open: !given.on.has('no-open') && !given.on.has('check'),
      target: given.text.get('target') === 'compose' ? 'compose' : 'stack',
      writeEnv: given.text.get('write-env'),
      frontEndPort: frontEndPort ?? (ownIssuer === undefined ? undefined : OWN_ISSUER_PORT),
      ownIssuer,
    },
  };
}

/** parseArgs in its strict mode stops at the first fault; a person wants to read all of them. */
function readArguments(args: readonly string[]): Given {
  const given = { on: new Set<string>(), text: new Map<string, string>(), faults: [] as string[] };
  const { tokens } = parseArgs({
    args: [...args],
    strict: false,
    tokens: true,
    allowPositionals: true,
    options: {
      ...Object.fromEntries(switches.map((name) => [name, { type: 'boolean' as const }])),
      ...Object.fromEntries(texts.map((name) => [name, { type: 'string' as const }])),
    },
  });
  for (const token of tokens) {
    if (token.kind === 'positional') given.faults.push(`"${token.value}" is not an option`);
    if (token.kind !== 'option') continue;
    if (isSwitch(token.name)) {
      if (token.value === undefined) given.on.add(token.name);
      else given.faults.push(`--${token.name} takes no value`);
    } else if (isText(token.name)) {
      if (token.value === undefined || token.value === '') given.faults.push(`--${token.name} needs a value`);
      else if (given.text.has(token.name)) given.faults.push(`--${token.name} is given twice`);
      else if (!token.inlineValue && token.value.startsWith('--'))
        given.faults.push(`--${token.name} needs a value; it is followed by ${token.value}`);
      else given.text.set(token.name, token.value);
    } else given.faults.push(`${token.rawName} is not known`);
  }
  return given;
}

const isSwitch = (name: string): name is Switch => switches.some((known) => known === name);
const isText = (name: string): name is Text => texts.some((known) => known === name);

function readPort({ text, faults }: Given): number | undefined {
  const value = text.get('frontend-port');
  if (value === undefined) return undefined;
  const port = Number(value);
  if (/^\d+$/.test(value) && port >= 1 && port <= 65_535) return port;
  faults.push(`--frontend-port must be a port from 1 to 65535, not "${value}"`);
  return undefined;
}

function checkCombinations({ on, text, faults }: Given): void {
  const target = text.get('target');
  if (on.has('json') && !on.has('check')) faults.push('--json goes with --check');
  if (target !== undefined && target !== 'stack' && target !== 'compose')
    faults.push(`--target must be stack or compose, not "${target}"`);
  if (target !== 'compose') return;
  if (!on.has('check')) faults.push('--target compose goes with --check: the cluster is already running');
  for (const name of ['write-env', 'frontend-port', 'issuer'] as const) {
    if (text.has(name)) faults.push(`--${name} does not go with --target compose: the cluster is already running`);
  }
}

function readOwnIssuer({ on, text, faults }: Given): OwnIssuer | undefined {
  const issuer = text.get('issuer');
  if (issuer === undefined) {
    for (const name of onlyWithIssuer) if (text.has(name)) faults.push(`--${name} goes with --issuer`);
    if (on.has('unsafe-plain-http-idp')) faults.push('--unsafe-plain-http-idp goes with --issuer');
    return undefined;
  }
  const issuerFault = faultOfIssuer(issuer, on.has('unsafe-plain-http-idp'));
  if (issuerFault !== undefined) faults.push(issuerFault);
  const required = (name: Text): string => {
    if (!text.has(name)) faults.push(`--issuer needs --${name} as well`);
    return text.get(name) ?? '';
  };
  const oneOf = <T extends string>(name: Text, allowed: readonly T[], otherwise: T): T => {
    const value = text.get(name) ?? otherwise;
    const known = allowed.find((one) => one === value);
    if (known === undefined) faults.push(`--${name} must be one of ${allowed.join(', ')}, not "${value}"`);
    return known ?? otherwise;
  };
  return {
    issuer,
    clientId: required('client-id'),
    clientSecretFile: required('client-secret-file'),
    profile: oneOf('profile', issuerProfileNames, 'generic'),
    clientAuthMethod: oneOf('client-auth-method', authMethods, 'client_secret_basic'),
    scopes: readScopes(text.get('scopes') ?? 'openid profile email', faults),
    plainHttp: on.has('unsafe-plain-http-idp'),
  };
}

function faultOfIssuer(issuer: string, plainHttpAllowed: boolean): string | undefined {
  const url = URL.canParse(issuer) ? new URL(issuer) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol) || url.search !== '' || url.hash !== '')
    return `--issuer must be an http(s) URL without query or fragment, not "${issuer}"`;
  const loopback = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(url.hostname);
  if (url.protocol === 'http:' && !loopback && !plainHttpAllowed)
    return '--issuer is plain http and not on this machine: tokens would cross the network in clear. Use https, or add --unsafe-plain-http-idp';
  return undefined;
}

function readScopes(scopes: string, faults: string[]): string {
  if (!scopes.split(' ').includes('openid')) faults.push(`--scopes must hold openid, not only "${scopes}"`);
  return scopes;
}
