import { createLocalJWKSet, errors as joseErrors, type JWTVerifyGetKey } from 'jose';
import { z } from 'zod';
import { type IdpAddress, IdpError, IdpHttp } from '#idp-client';
import type { Clock } from '#session';

const LIFE_MS = 10 * 60_000;
const COOL_DOWN_MS = 30_000;
/** While nothing is known at all. */
const RETRY_MS = 1_000;

const endpoint = z.url({ protocol: /^https?$/ }).optional();
const Configuration = z.looseObject({
  issuer: z.string(),
  jwks_uri: endpoint,
  configuration_endpoint: endpoint,
  status_endpoint: endpoint,
  verification_endpoint: endpoint,
  critical_subject_members: z.array(z.string()).default([]),
});
const KeySet = z.looseObject({ keys: z.array(z.looseObject({ kty: z.string() })) });

interface Known {
  readonly keys: JWTVerifyGetKey;
  readonly critical: ReadonlySet<string> | undefined;
  readonly at: number;
}

/** Who sends security event tokens, and to whom. `issuer` is the transmitter. */
export interface TransmitterOptions extends IdpAddress {
  /** where its keys are; undefined: where its discovery document says */
  readonly jwksUri: string | undefined;
  /** who we are in `aud` */
  readonly audience: string;
}

/** Where a transmitter manages streams. Undefined: it does not offer that. */
export interface TransmitterEndpoints {
  readonly configuration: string;
  readonly status: string | undefined;
  readonly verification: string | undefined;
}

/** Who sends security event tokens: its keys, and what it wants to be understood. Asked at most once in 30 seconds. */
export class Transmitter {
  private readonly http: IdpHttp;
  private known: Known | undefined;
  private asking: Promise<Known> | undefined;
  private askedAt = -Infinity;

  constructor(
    readonly options: TransmitterOptions,
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

  /**
   * Gives where streams are managed, as the discovery document says now.
   *
   * @throws IdpError `IDP_UNAVAILABLE` when it can't be had, is of another issuer or names no configuration endpoint
   * @see Shared Signals Framework 1.0 §7.1
   */
  async endpoints(): Promise<TransmitterEndpoints> {
    const { configuration_endpoint, status_endpoint, verification_endpoint } = await this.document();
    if (configuration_endpoint === undefined)
      throw new IdpError('IDP_UNAVAILABLE', 'the transmitter names no configuration_endpoint');
    return { configuration: configuration_endpoint, status: status_endpoint, verification: verification_endpoint };
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
    const { jwks_uri, critical_subject_members } = await this.document();
    if (jwks_uri === undefined) throw new IdpError('IDP_UNAVAILABLE', 'the transmitter names no jwks_uri');
    return { keys: await this.keySetAt(jwks_uri), critical: new Set(critical_subject_members), at };
  }

  /** SSF-01: the document must be of the very issuer that was asked for it. */
  private async document(): Promise<z.output<typeof Configuration>> {
    const document = Configuration.safeParse(await this.get(configurationUrl(this.options.issuer)));
    if (document.success && document.data.issuer === this.options.issuer) return document.data;
    throw new IdpError('IDP_UNAVAILABLE', "the transmitter's discovery document is unusable, or of another issuer");
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
