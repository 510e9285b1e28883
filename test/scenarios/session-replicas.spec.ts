import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Logger } from '@nestjs/common';
import fc from 'fast-check';
import { v7 as uuidv7 } from 'uuid';
import { type AppSessions, parseSid, parseSub, type SessionClaim } from '#session';
import { AppDatabase, prismaAppSessions } from '#store';
import { freshDatabase } from '../support/databases.js';
import { InMemoryAppSessions } from '../support/in-memory-app-sessions.js';
import { type Replica, World } from '../support/replica-model.js';

const REPLICAS = 3;
const ISS = 'https://idp.example.com';

type Step =
  | { readonly kind: 'sign in'; readonly person: number }
  | { readonly kind: 'end session'; readonly session: number }
  | { readonly kind: 'end person'; readonly person: number }
  | { readonly kind: 'apply'; readonly event: number }
  | { readonly kind: 'hear'; readonly replica: number }
  | { readonly kind: 'restart'; readonly replica: number }
  | { readonly kind: 'lose feed'; readonly replica: number }
  | { readonly kind: 'go deaf'; readonly replica: number }
  | { readonly kind: 'redeliver'; readonly replica: number; readonly event: number }
  | { readonly kind: 'ask'; readonly replica: number; readonly session: number; readonly meanwhile: readonly Step[] }
  | { readonly kind: 'wait'; readonly ms: number };

const index = fc.nat({ max: 5 });
const replica = fc.nat({ max: REPLICAS - 1 });
const plain: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ kind: fc.constant('end session' as const), session: index }),
  fc.record({ kind: fc.constant('end person' as const), person: fc.nat({ max: 1 }) }),
  fc.record({ kind: fc.constant('apply' as const), event: index }),
  fc.record({ kind: fc.constantFrom('hear' as const, 'lose feed' as const, 'go deaf' as const), replica }),
  fc.record({ kind: fc.constant('redeliver' as const), replica, event: index }),
);
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('sign in' as const), person: fc.nat({ max: 1 }) }) },
  { weight: 8, arbitrary: plain },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('restart' as const), replica }) },
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('ask' as const),
      replica,
      session: index,
      meanwhile: fc.array(plain, { maxLength: 4 }),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant('wait' as const), ms: fc.constantFrom(10, 2_000, 6_000, 61_000) }),
  },
);

/** What may be wrong: empty when nothing is. */
async function run(store: AppSessions, steps: readonly Step[]): Promise<readonly string[]> {
  const world = new World(store, REPLICAS);
  const wrong: string[] = [];
  const [ana, bea] = [`ana-${uuidv7()}`, `bea-${uuidv7()}`];
  for (const next of steps) {
    await take(world, next, [ana, bea], wrong);
    world.clock.nowMs += 1;
    for (const one of world.replicas) one.touch();
  }
  for (const claim of world.claims) for (const one of world.replicas) await look(world, one, claim, wrong);
  return wrong;
}

async function take(world: World, next: Step, people: readonly string[], wrong: string[]): Promise<void> {
  const { replicas, stream, clock } = world;
  if (next.kind === 'sign in') world.claims.push(newClaim(people[next.person] ?? '', clock.now()));
  else if (next.kind === 'wait') clock.nowMs += next.ms;
  else if (next.kind === 'restart') world.restart(next.replica);
  else if (next.kind === 'hear') replicas[next.replica]?.deliver();
  else if (next.kind === 'lose feed') replicas[next.replica]?.lose();
  else if (next.kind === 'go deaf') replicas[next.replica]!.hears = false;
  else if (next.kind === 'apply') await world.apply(next.event);
  else if (next.kind === 'redeliver') replicas[next.replica]?.redeliver(stream[next.event]);
  else if (next.kind === 'ask') await ask(world, next, people, wrong);
  else end(world, next, people);
}

function end(world: World, next: Step & { kind: 'end session' | 'end person' }, people: readonly string[]): void {
  const now = world.clock.now();
  const common = {
    ...{ id: uuidv7(), source: 'urn:test', iss: ISS, tenant: undefined, effectiveAt: now, detectedAt: now },
    ...{ cause: 'operator', causeId: 'test', initiatingEntity: 'admin' },
    evidence: { method: 'test', strength: 'strong' as const, probes: 0 },
  };
  if (next.kind === 'end person')
    world.stream.push({ ...common, scope: 'subject', sub: parseSub(people[next.person] ?? '')!, sid: undefined });
  else {
    const claim = world.claims[next.session];
    if (claim !== undefined) world.stream.push({ ...common, scope: 'session', sid: claim.sid, sub: claim.sub });
  }
}

/** A request whose answer is under way while something else happens. */
async function ask(
  world: World,
  next: Step & { kind: 'ask' },
  people: readonly string[],
  wrong: string[],
): Promise<void> {
  const [claim, one] = [world.claims[next.session], world.replicas[next.replica]];
  if (claim === undefined || one === undefined) return;
  const { meanwhile } = next;
  const before = world.certainty(one, claim);
  const { admitted, atOnce } = await one.admits(claim, async () => {
    for (const event of meanwhile) {
      await take(world, event, people, wrong);
      world.clock.nowMs += 1;
    }
  });
  if (!admitted) return;
  if (before === 'refused') wrong.push(`admitted after its end: ${claim.sid}`);
  else if (!atOnce && world.isOverBy(one, claim))
    wrong.push(`admitted after its end was applied and heard: ${claim.sid}`);
}

async function look(world: World, one: Replica, claim: SessionClaim, wrong: string[]): Promise<void> {
  const certainty = world.certainty(one, claim);
  const { admitted } = await one.admits(claim);
  if (admitted && certainty === 'refused') wrong.push(`admitted after its end: ${claim.sid}`);
  if (!admitted && certainty === 'admitted' && world.isServing(one))
    wrong.push(`refused, though it has not ended: ${claim.sid}`);
}

function newClaim(person: string, now: Date): SessionClaim {
  const expiresAt = new Date(now.getTime() + 14 * 86_400_000);
  const times = { openedAt: now, expiresAt, authTime: undefined, idpCheckedAt: undefined };
  return { iss: ISS, sid: parseSid(uuidv7())!, sub: parseSub(person)!, ...times };
}

beforeAll(() => {
  Logger.overrideLogger(false); // a gap is said aloud, and there are thousands
});

describe('the replicas of a service, whatever comes in whatever order', () => {
  it('refuse what has ended and let in what was opened after: 20,000 histories over a store in memory', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 60 }), async (steps) => {
        expect(await run(new InMemoryAppSessions(), steps)).toEqual([]);
      }),
      { numRuns: 20_000 },
    );
  });

  describe('over Postgres', () => {
    let database: AppDatabase;
    beforeAll(async () => {
      database = new AppDatabase(await freshDatabase('app'));
    }, 60_000);
    afterAll(() => database.$disconnect());

    it('refuse what has ended and let in what was opened after: 60 histories', async () => {
      await fc.assert(
        fc.asyncProperty(fc.array(step, { minLength: 20, maxLength: 60 }), async (steps) => {
          expect(await run(prismaAppSessions(database), steps)).toEqual([]);
        }),
        { numRuns: 60 },
      );
    });
  });
});
