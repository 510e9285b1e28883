import { createLocalJWKSet, errors as joseErrors, type JWTVerifyGetKey } from 'jose';
import { z } from 'zod';
import { IdpError, IdpHttp } from '#idp-client';
import type { Clock } from '#session';
import type { SsfTransmitter } from '../idps/idp.js';

const LIFE_MS = 10 * 60_000;
const COOL_DOWN_MS = 30_000;
/** While nothing is known at all. */
const RETRY_MS = 1_000;

const Configuration = z.looseObject({
  issuer: z.string(),
  jwks_uri: z.url({ protocol: /^https?$/ }),
  critical_subject_members: z.array(z.string()).default([]),
});
const KeySet = z.looseObject({ keys: z.array(z.looseObject({ kty: z.string() })) });

interface Known {
  readonly keys: JWTVerifyGetKey;
  readonly critical: ReadonlySet<string> | undefined;
  readonly at: number;
}

/** Who pushes security event tokens: its keys, and what it wants to be understood. Asked at most once in 30 seconds. */
export class Transmitter {
  private readonly http: IdpHttp;
  private known: Known | undefined;
  private asking: Promise<Known> | undefined;
  private askedAt = -Infinity;

  constructor(
    private readonly options: SsfTransmitter,
    private readonly clock: Clock,
  ) {
    this.http = new IdpHttp(options, clock);
  }

  /** Finds its keys. An unknown one makes us ask again. @throws IdpError `IDP_UNAVAILABLE` when nobody knows */
  keys(): JWTVerifyGetKey {
    return async (header, token) => {
      const known = await this.look(LIFE_MS);
      try {
        return await known.keys(header, token);
      } catch (error) {
        if (!(error instanceof joseErrors.JWKSNoMatchingKey)) throw error;
        const fresh = await this.look(COOL_DOWN_MS);
        return fresh.keys(header, token);
      }
    };
  }

  /** Whether a member of a complex subject must be understood. Without a discovery document nobody knows: then it must. */
  isCritical(member: string): boolean {
    return this.known?.critical?.has(member) ?? true;
  }

  /** Gives what is known, if it is younger than `maxAgeMs`; else asks. What was known stays when the answer is no good. */
  private async look(maxAgeMs: number): Promise<Known> {
    const now = this.clock.now().getTime();
    if (this.known !== undefined && now - this.known.at < maxAgeMs) return this.known;
    if (this.asking === undefined) {
      if (now - this.askedAt < (this.known === undefined ? RETRY_MS : COOL_DOWN_MS)) return this.orUnavailable();
      this.askedAt = now;
      this.asking = this.ask().finally(() => (this.asking = undefined));
    }
    try {
      return (this.known = await this.asking);
    } catch (error) {
      if (this.known === undefined) throw error;
      return this.known;
    }
  }

  private orUnavailable(): Known {
    if (this.known !== undefined) return this.known;
    throw new IdpError('IDP_UNAVAILABLE', "the transmitter's keys could not be had");
  }

  private async ask(): Promise<Known> {
    const at = this.clock.now().getTime();
    if (this.options.jwksUri !== undefined)
      return { keys: await this.keySetAt(this.options.jwksUri), critical: undefined, at };
    const document = Configuration.safeParse(await this.get(configurationUrl(this.options.issuer)));
    if (!document.success || document.data.issuer !== this.options.issuer)
      throw new IdpError('IDP_UNAVAILABLE', "the transmitter's discovery document is unusable, or of another issuer");
    const critical = new Set(document.data.critical_subject_members);
    return { keys: await this.keySetAt(document.data.jwks_uri), critical, at };
  }

  private async keySetAt(url: string): Promise<JWTVerifyGetKey> {
    const keySet = KeySet.safeParse(await this.get(url));
    if (!keySet.success) throw new IdpError('IDP_UNAVAILABLE', "the transmitter's keys are no key set");
    return createLocalJWKSet(keySet.data);
  }

  private async get(url: string): Promise<unknown> {
    const answer = await this.http.send(url, { headers: { accept: 'application/json' } });
    if (answer.kind === 'answered' && answer.status === 200) return answer.body;
    const reason = answer.kind === 'answered' ? `answered ${answer.status}` : `can't be reached: ${answer.reason}`;
    throw new IdpError('IDP_UNAVAILABLE', `the transmitter ${reason}`);
  }
}

/** @see Shared Signals Framework 1.0 §7.2: the well-known part stands between host and path */
function configurationUrl(issuer: string): string {
  const { origin, pathname } = new URL(issuer);
  return `${origin}/.well-known/ssf-configuration${pathname === '/' ? '' : pathname}`;
}
