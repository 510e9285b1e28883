import { randomBytes } from 'node:crypto';
import { exportJWK, generateKeyPair } from 'jose';
import { stringify } from 'yaml';
import { type Clock, parseSub } from '#session';
import { HubDatabase, PrismaSsoSessions, TokenCipher } from '#store';
import { SystemClock } from '#http';
import { freePort } from '../scripts/stack/free-port.js';
import { createRunFolder, type Guard, startGuard } from '../scripts/stack/guard.js';
import { migrate } from '../scripts/stack/migrate.js';
import { startPostgres } from '../scripts/stack/postgres.js';
import { ScriptedIdp } from '../test/support/scripted-idp.js';
import { type Server, startProgram } from './start-program.js';

/** How a gateway differs from the usual one. */
interface GatewaySettings {
  readonly env?: Readonly<Record<string, string>>;
  /** for Node */
  readonly flags?: readonly string[];
  /** origin of a service behind `/bff/api/bare/` */
  readonly service?: string;
}

/** What a benchmark runs on: a Postgres, an IdP, a gateway; all of it goes with {@link BenchStack.stop}. */
export class BenchStack {
  private constructor(
    private readonly guard: Guard,
    readonly dir: string,
    readonly idp: ScriptedIdp,
    private readonly hubUrl: string,
    private readonly tokenKey: Buffer,
  ) {}

  static async start(): Promise<BenchStack> {
    const dir = await createRunFolder('bench');
    const guard = await startGuard(dir);
    const postgres = await startPostgres(guard, { dir });
    const hubUrl = await postgres.createDatabase('hub');
    await migrate('hub', hubUrl);
    return new BenchStack(guard, dir, await ScriptedIdp.start(), hubUrl, randomBytes(32));
  }

  async stop(): Promise<void> {
    await this.idp.stop();
    await this.guard.stopAll();
  }

  /** Starts the gateway as it is in production. */
  async startGateway({ env = {}, flags = [], service }: GatewaySettings = {}): Promise<Server> {
    const port = await freePort();
    const { privateKey } = await generateKeyPair('ES256', { extractable: true });
    const origin = `http://localhost:${port}`;
    const services = service === undefined ? {} : { bare: { origin: service } };
    const idps = { main: { issuer: this.idp.issuer, client: { id: 'gateway', secret: { env: 'CLIENT_SECRET' } } } };
    return this.startProgram('apps/gateway/src/main.js', port, '/health/ready', {
      flags,
      env: {
        ...{ HUB_DATABASE_URL: this.hubUrl, GATEWAY_URL: origin, CLIENT_SECRET: 'secret-of-the-gateway' },
        ...{
          ASSERTION_KEYS: JSON.stringify({ ...(await exportJWK(privateKey)), kid: 'a1' }),
          TOKEN_KEYS: `k1:${this.tokenKey.toString('base64')}`,
        },
        FRONT_ENDS: stringify({ idps, services, frontEnds: [{ origin, services: Object.keys(services) }] }),
        ...env,
      },
    });
  }

  /** @param answer JSON of what its route gives: as long as the gateway's, so that both carry the same */
  startBareNest(answer: string): Promise<Server> {
    return this.startPeer('bench/bare-nest.js', { ANSWER: answer });
  }

  startExpressPeer(): Promise<Server> {
    return this.startPeer('bench/express-peer.js', { ISSUER: this.idp.issuer });
  }

  /** Signs `count` browsers in, straight into the database, with the tokens of a usual sign-in. Gives their cookies' values. */
  async putSessions(frontEnd: string, count: number): Promise<readonly string[]> {
    const database = new HubDatabase(this.hubUrl);
    const clock = new SystemClock();
    const cipher = new TokenCipher([{ kid: 'k1', secret: this.tokenKey }]);
    const sessions = new PrismaSsoSessions(database, cipher, clock, { source: 'urn:sso:bench', tenant: undefined });
    const cookies = Array.from({ length: count }, () => randomBytes(32).toString('base64url'));
    const waiting = cookies.entries();
    const work = async (): Promise<void> => {
      for (const [n, token] of waiting) await this.putSession(sessions, clock, { frontEnd, token, n });
    };
    await Promise.all(Array.from({ length: 8 }, work));
    await database.$disconnect();
    return cookies;
  }

  private async putSession(
    sessions: PrismaSsoSessions,
    clock: Clock,
    { frontEnd, token, n }: { readonly frontEnd: string; readonly token: string; readonly n: number },
  ): Promise<void> {
    const now = clock.now();
    const expiresAt = new Date(now.getTime() + 8 * 3_600_000);
    const sub = parseSub(`person-${token.slice(0, 8)}-${n}`);
    if (sub === undefined) throw new Error('no sub');
    const idToken = await this.idp.sign({ aud: 'gateway', sub, ...PERSON });
    const tokens = {
      idToken,
      accessToken: randomBytes(32).toString('hex'),
      refreshToken: randomBytes(32).toString('hex'),
    };
    await sessions.open(
      {
        ...{ iss: this.idp.issuer, clientId: 'gateway', sub, idpSid: `idp-${sub}`, authTime: now, acr: undefined },
        ...{ idTokenIssuedAt: now, tokens: { ...tokens, accessExpiresAt: undefined }, expiresAt, firstProbeAt: now },
      },
      { token, frontEnd, expiresAt, replaces: undefined },
    );
  }

  private async startPeer(program: string, env: Readonly<Record<string, string>>): Promise<Server> {
    return this.startProgram(program, await freePort(), '/user', { flags: [], env });
  }

  private async startProgram(
    program: string,
    port: number,
    path: string,
    { env, flags }: { readonly env: Readonly<Record<string, string>>; readonly flags: readonly string[] },
  ): Promise<Server> {
    return startProgram(this.guard, this.dir, { file: program, port, readyPath: path, env, flags });
  }
}

/** What a usual ID token says of a person. */
export const PERSON = {
  name: 'Person One',
  given_name: 'Person',
  family_name: 'One',
  preferred_username: 'person.one',
  email: 'person.one@example.com',
  email_verified: true,
} as const;

/** Gives the `Cookie` header of a session that was put into the database. */
export const cookieOf = (token: string): string => `bff-session=${token}`;
