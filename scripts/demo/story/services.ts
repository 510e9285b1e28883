import { z } from 'zod';
import { importAssertionKey, signAssertion, type NewAssertion } from '#oidc';
import type { Answer } from '../browser.js';
import { queryOne } from '../database.js';
import { parseJson } from '../json.js';
import type { Target } from '../target.js';
import { describeAnswer, expectSignedIn, reasonOf, type Actor } from './actor.js';
import { expectThat } from './story-fault.js';

/** The two services, and what the story reads from each. */
export const services = ['notes', 'billing'] as const;
export type Service = (typeof services)[number];
const resourceOf: Readonly<Record<Service, string>> = { notes: 'notes', billing: 'invoices' };

/** An SSO session as an assertion tells a service of it. */
export type SessionFacts = Omit<NewAssertion, 'aud'>;

const timeoutMs = 5000;
const Served = z.object({ sub: z.string() });
const SessionRow = z.object({
  iss: z.string(),
  clientId: z.string(),
  sub: z.string(),
  authTime: z.date().nullable(),
  openedAt: z.date(),
  expiresAt: z.date(),
});

/** Reads a service through the gateway, as a page's script does. */
export function readThroughGateway(actor: Actor, frontEnd: string, service: Service): Promise<Answer> {
  return actor.browser.ask(`${frontEnd}/bff/api/${service}/${resourceOf[service]}`);
}

/** Gives what the hub keeps of the session that `actor` has at a front end. */
export async function sessionFactsOf(actor: Actor, frontEnd: string, target: Target): Promise<SessionFacts> {
  const { logoutUrl } = await expectSignedIn(actor, frontEnd);
  const sid = new URL(logoutUrl, frontEnd).searchParams.get('sid') ?? '';
  const row = SessionRow.parse(
    await queryOne(
      target.databases.hub,
      'SELECT "iss", "clientId", "sub", "authTime", "openedAt", "expiresAt" FROM "SsoSession" WHERE "id" = $1',
      [sid],
    ),
  );
  return {
    iss: target.addresses.frontEndA,
    sid,
    idp: row.iss,
    sub: row.sub,
    clientId: row.clientId,
    openedAt: row.openedAt,
    expiresAt: row.expiresAt,
    authTime: row.authTime ?? undefined,
  };
}

/** Makes the assertion that the gateway would put on a request of this session now; good for 60 seconds. */
export async function assertionFor(facts: SessionFacts, service: Service, target: Target): Promise<string> {
  const key = await importAssertionKey(target.assertionKey);
  return signAssertion({ ...facts, aud: service }, key, new Date());
}

/** Asks a service itself, past the gateway. Gives undefined when nobody listens. */
export async function askService(target: Target, service: Service, assertion: string): Promise<Answer | undefined> {
  try {
    const response = await fetch(`${target.addresses[service]}/${resourceOf[service]}`, {
      headers: { authorization: `Bearer ${assertion}`, accept: 'application/json', connection: 'close' },
      signal: AbortSignal.timeout(timeoutMs),
    });
    return { status: response.status, body: parseJson(await response.text()) };
  } catch {
    return undefined; // while it starts or stops, connections are refused or cut
  }
}

/** Goes on only when every service serves this session: through the gateway, and asked directly. @throws StoryFault */
export async function expectServed(actor: Actor, frontEnd: string, target: Target): Promise<void> {
  const facts = await sessionFactsOf(actor, frontEnd, target);
  for (const service of services) {
    const proxied = await readThroughGateway(actor, frontEnd, service);
    expectThat(isFor(actor, proxied), `${actor.name} reads ${service} through the gateway`, describeDirect(proxied));
    const direct = await askService(target, service, await assertionFor(facts, service, target));
    expectThat(isFor(actor, direct), `${service} itself serves ${actor.name}`, describeDirect(direct));
  }
}

/** Whether a service gave something, and gave it to this person. */
function isFor(actor: Actor, answer: Answer | undefined): boolean {
  return answer?.status === 200 && Served.safeParse(answer.body).data?.sub === actor.sub;
}

/** Whether this is the refusal that a service owes to an ended session. */
export function isRefusalFor(answer: Answer | undefined, reason: string): boolean {
  return answer?.status === 401 && reasonOf(answer) === reason;
}

/** Says what a service answered, or that it did not. */
export function describeDirect(answer: Answer | undefined): string {
  return answer === undefined ? 'no answer' : describeAnswer(answer);
}
