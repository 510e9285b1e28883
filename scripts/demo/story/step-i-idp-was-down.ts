import { z } from 'zod';
import { queryOne } from '../database.js';
import type { Target } from '../target.js';
import { expectSignedIn, signIn, type Actor } from './actor.js';
import { expectServed, sessionFactsOf } from './services.js';
import type { Stage } from './stage.js';
import { pause, until } from './until.js';

const intervals = 3;
const longestMs = 60_000;
const lookEveryMs = 200;
const CheckedRow = z.object({ idpCheckedAt: z.date() });

/** The IdP is down for three poll intervals: nobody is signed out. It comes back: all goes on. */
export async function survivePauseOfTheIdp({ ben, cem, target }: Stage): Promise<void> {
  const { frontEndA, idp } = target.addresses;
  const people = [ben, cem];
  for (const person of people) await signIn(person, frontEndA, idp);
  await target.stop('idp');
  await expectStillSignedIn(people, target, intervals * target.pollIntervalMs);
  for (const person of people) await expectServed(person, frontEndA, target);
  const lastChecks = await Promise.all(people.map((person) => lastCheckOf(person, target)));
  await target.start('idp');
  await untilReady(idp);
  await Promise.all(people.map((person, index) => untilCheckedAgain(person, lastChecks[index] ?? new Date(), target)));
  for (const person of people) await expectServed(person, frontEndA, target);
}

async function expectStillSignedIn(people: readonly Actor[], target: Target, forMs: number): Promise<void> {
  const end = performance.now() + forMs;
  while (performance.now() < end) {
    for (const person of people) await expectSignedIn(person, target.addresses.frontEndA);
    await pause(lookEveryMs);
  }
}

function untilReady(idp: string): Promise<void> {
  return until('the IdP is ready again', longestMs, async () => {
    const status = await fetch(`${idp}/health/ready`).then(
      (response) => response.status,
      () => 0, // refused: it is not listening yet
    );
    return status === 200 ? { done: true, value: undefined } : { done: false, seen: `status ${status}` };
  });
}

/** While the IdP is down no probe can succeed, so a later moment means a probe after its return. */
function untilCheckedAgain(person: Actor, lastCheck: Date, target: Target): Promise<void> {
  return until(`the poller has confirmed the session of ${person.name} again`, longestMs, async () => {
    const checked = await lastCheckOf(person, target);
    return checked > lastCheck
      ? { done: true, value: undefined }
      : { done: false, seen: `last confirmed ${checked.toISOString()}` };
  });
}

async function lastCheckOf(person: Actor, target: Target): Promise<Date> {
  const { sid } = await sessionFactsOf(person, target.addresses.frontEndA, target);
  const sql = 'SELECT "idpCheckedAt" FROM "SsoSession" WHERE "id" = $1';
  return CheckedRow.parse(await queryOne(target.databases.hub, sql, [sid])).idpCheckedAt;
}
