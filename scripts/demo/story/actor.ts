import { z } from 'zod';
import { Browser, type Answer, type Page } from '../browser.js';
import type { Person } from '../secrets.js';
import { codeOf } from './authenticator.js';
import { expectThat, StoryFault } from './story-fault.js';

/** Someone of the story, in front of a browser of their own. */
export interface Actor extends Person {
  readonly browser: Browser;
}

/** What a front end says about who is signed in. */
export type UserAnswer =
  | { readonly kind: 'signed_in'; readonly sub: string; readonly name: string; readonly logoutUrl: string }
  | { readonly kind: 'signed_out'; readonly reason: string | undefined; readonly text: string }
  | { readonly kind: 'other'; readonly text: string };

const Claims = z.array(z.object({ type: z.string(), value: z.unknown() }));
const Problem = z.object({ type: z.string(), reason: z.string().optional() });

/** Asks a front end who is signed in. The question itself keeps no session awake. */
export async function askUser(actor: Actor, frontEnd: string): Promise<UserAnswer> {
  const answer = await actor.browser.ask(`${frontEnd}/bff/user?slide=false`);
  const text = describeAnswer(answer);
  if (answer.status === 401) return { kind: 'signed_out', reason: reasonOf(answer), text };
  const claims = Claims.safeParse(answer.body);
  if (answer.status !== 200 || !claims.success) return { kind: 'other', text };
  const valueOf = (type: string): string => {
    const value = claims.data.find((claim) => claim.type === type)?.value;
    return typeof value === 'string' ? value : '';
  };
  return { kind: 'signed_in', sub: valueOf('sub'), name: valueOf('name'), logoutUrl: valueOf('bff:logout_url') };
}

/** Says why a session was refused: the `reason` of a "session ended" problem, nothing for every other answer. */
export function reasonOf({ body }: Answer): string | undefined {
  const problem = Problem.safeParse(body);
  return problem.success && problem.data.type === 'urn:sso:problem:session-ended' ? problem.data.reason : undefined;
}

/** Goes on only when the front end knows `actor` as signed in. @throws StoryFault */
export async function expectSignedIn(actor: Actor, frontEnd: string): Promise<UserAnswer & { kind: 'signed_in' }> {
  const user = await askUser(actor, frontEnd);
  if (user.kind !== 'signed_in') throw new StoryFault(`${frontEnd} knows ${actor.name} as signed in`, user.text);
  expectThat(user.sub === actor.sub, `${frontEnd} knows the person as ${actor.sub}`, `it says ${user.sub}`);
  return user;
}

/** Signs in at the identity provider's own page, by way of a front end. @throws StoryFault */
export async function signIn(actor: Actor, frontEnd: string, issuer: string): Promise<void> {
  const page = await actor.browser.open(`${frontEnd}/bff/login?returnUrl=/`);
  const form = page.forms.find(({ fields }) => fields.some(({ type }) => type === 'password'));
  if (form === undefined || page.url.origin !== new URL(issuer).origin)
    throw new StoryFault('the IdP shows its sign-in page', describePage(page));
  const next = await actor.browser.submit(page, form, {
    text: actor.login,
    email: actor.login,
    password: actor.password,
  });
  const landed = await passSecondFactor(actor, next);
  expectThat(landed.url.origin === frontEnd, `signing in leads back to ${frontEnd}`, describePage(landed));
  await expectSignedIn(actor, frontEnd);
}

/** Gives the code of the person's authenticator app when the page asks for one. */
async function passSecondFactor({ browser, totp_secret }: Actor, page: Page): Promise<Page> {
  const form = page.forms.find(({ fields }) => fields.some(({ name }) => name === 'code'));
  if (totp_secret === undefined || form === undefined) return page;
  return browser.submit(page, form, { code: codeOf(totp_secret) });
}

/** Says where a navigation ended. Leaves the query out: it may hold codes. */
export function describePage({ url, status }: Page): string {
  return `status ${status} at ${url.origin}${url.pathname}`;
}

/** Says what came back, shortened. */
export function describeAnswer({ status, body }: Answer): string {
  return `status ${status} ${body === undefined ? 'without JSON' : JSON.stringify(body).slice(0, 200)}`;
}
