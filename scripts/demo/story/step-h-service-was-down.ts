import type { Answer } from '../browser.js';
import type { Target } from '../target.js';
import { askUser, describePage, expectSignedIn, type Actor } from './actor.js';
import { askService, assertionFor, describeDirect, isRefusalFor, sessionFactsOf } from './services.js';
import type { Stage } from './stage.js';
import { expectThat, StoryFault } from './story-fault.js';
import { pause } from './until.js';

const reason = 'rp_initiated';
const assertionLifeMs = 60_000;
const pauseMs = 5;

/** Billing is down while Ben signs out. When it is back it refuses him from its very first answer. */
export async function signOutWhileBillingIsDown({ ben, target }: Stage): Promise<void> {
  const { frontEndA } = target.addresses;
  const facts = await sessionFactsOf(ben, frontEndA, target);
  const before = await askService(target, 'billing', await assertionFor(facts, 'billing', target));
  expectThat(before?.status === 200, 'billing serves Ben before he signs out', describeDirect(before));
  await target.stop('billing');
  const assertion = await assertionFor(facts, 'billing', target); // issued before the end, valid for a minute
  await signOut(ben, frontEndA);
  const firstAnswer = firstAnswerOfBilling(target, assertion); // asks already, long before billing is ready
  await Promise.all([target.start('billing'), firstAnswer]);
  const first = await firstAnswer;
  expectThat(
    isRefusalFor(first, reason),
    `billing's first answer refuses Ben because of ${reason}`,
    describeDirect(first),
  );
}

/** Signs out as a person does: the gateway first, then the IdP's own sign-out page. */
async function signOut(actor: Actor, frontEnd: string): Promise<void> {
  const { logoutUrl } = await expectSignedIn(actor, frontEnd);
  const page = await actor.browser.open(new URL(logoutUrl, frontEnd).href);
  const form = page.forms[0];
  const landed = page.url.origin === frontEnd || form === undefined ? page : await actor.browser.submit(page, form);
  expectThat(landed.url.origin === frontEnd, `signing out leads back to ${frontEnd}`, describePage(landed));
  const user = await askUser(actor, frontEnd);
  expectThat(user.kind === 'signed_out', `${frontEnd} says that ${actor.name} is signed out`, user.kind);
}

/** Asks as fast as it goes. "Not yet" (503, nobody listens) is the one thing it may say before it says the truth. */
async function firstAnswerOfBilling(target: Target, assertion: string): Promise<Answer> {
  const deadline = performance.now() + assertionLifeMs;
  while (performance.now() < deadline) {
    const answer = await askService(target, 'billing', assertion);
    if (answer !== undefined && answer.status !== 503) return answer;
    await pause(pauseMs); // leaves the processor to the service that is starting
  }
  throw new StoryFault(`billing answers within ${assertionLifeMs / 1000} s of its start`, 'no answer but 503');
}
