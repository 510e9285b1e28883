import type { HubDatabase } from '#store';
import { type GatewaySuite, signIn } from './gateway.js';
import { type Seen, Visitor } from './visitor.js';

/** What the frame's page says to the page that embeds it. */
export interface SilentMessage {
  readonly source: string;
  readonly v: number;
  readonly isLoggedIn: boolean;
  readonly error?: string;
  readonly rid?: string;
  readonly correlationId: string;
  readonly retryAfterS?: number;
  readonly reason?: string;
}

/** Reads the message that a page of the silent frame posts, and to whom; undefined when it posts none. */
export function messageOf({
  text,
}: Pick<Seen, 'text'>): { readonly message: SilentMessage; readonly to: string } | undefined {
  const [, message, to] = /window\.parent\.postMessage\((\{.*\}), "([^"]*)"\);/.exec(text) ?? [];
  return message === undefined || to === undefined ? undefined : { message: JSON.parse(message) as SilentMessage, to };
}

/** The address that a page goes on to by itself; undefined when it stays. */
export function onwardOf({ text }: Seen): string | undefined {
  const [, url] = /location\.replace\(("[^"]*")\);/.exec(text) ?? [];
  return url === undefined ? undefined : (JSON.parse(url) as string);
}

/** Lets the IdP's last word about a person's sessions be an hour old. */
export async function forgetChecks(database: HubDatabase, sub: string): Promise<void> {
  await database.ssoSession.updateMany({
    where: { sub },
    data: { idpCheckedAt: new Date(Date.now() - 3_600_000) },
  });
}

/** A browser in which `sub` has been signed in for an hour, and of which the IdP was not asked since. */
export async function signedInLongAgo(
  { idp, gateway, database }: GatewaySuite,
  sub: string,
  sid = `${sub}-1`,
  visitor = new Visitor(),
): Promise<{ readonly visitor: Visitor }> {
  await signIn(idp, gateway.a, sub, sid, visitor);
  await forgetChecks(database, sub);
  return { visitor };
}

/** Lets the cool-down of every silent attempt be over. */
export async function endCoolDowns(database: HubDatabase): Promise<void> {
  await database.silentAttempt.deleteMany();
}
