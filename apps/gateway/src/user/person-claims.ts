import { RecentlyUsed, type SessionTokens, type Sid, type SsoSession } from '#session';
import { claimsOfPerson } from './claims.js';

interface Remembered {
  readonly tokenGeneration: number;
  /** JSON of the claims, one after the other, without brackets */
  readonly json: string;
}

/** The claims of people, read from their ID token once for each generation of a session's tokens. */
export class PersonClaims {
  /** by `sid` */
  private readonly remembered: RecentlyUsed<Remembered>;
  /** reads under way, by `sid` and generation */
  private readonly asked = new Map<string, Promise<string | undefined>>();

  /** @param entries how many are remembered at most */
  constructor(
    private readonly tokens: SessionTokens,
    entries: number,
  ) {
    this.remembered = new RecentlyUsed(entries);
  }

  /** Gives the claims as JSON without brackets; undefined when the session has ended meanwhile. */
  of(session: SsoSession): Promise<string | undefined> | string {
    return this.recall(session.sid, session.tokenGeneration) ?? this.ask(session);
  }

  private ask({ sid, tokenGeneration }: SsoSession): Promise<string | undefined> {
    const name = `${sid} ${tokenGeneration}`;
    const underWay = this.asked.get(name);
    if (underWay !== undefined) return underWay;
    const answer = this.read(sid).finally(() => this.asked.delete(name));
    this.asked.set(name, answer);
    return answer;
  }

  private async read(sid: Sid): Promise<string | undefined> {
    const read = await this.tokens.read(sid);
    if (read === undefined) {
      this.remembered.take(sid);
      return undefined;
    }
    const json = JSON.stringify(claimsOfPerson(read.tokens.idToken)).slice(1, -1);
    this.remembered.set(sid, { tokenGeneration: read.generation, json });
    return json;
  }

  /** A newer generation than the session's is right too: the session was read a moment before. */
  private recall(sid: string, tokenGeneration: number): string | undefined {
    const found = this.remembered.get(sid);
    return found === undefined || found.tokenGeneration < tokenGeneration ? undefined : found.json;
  }
}
