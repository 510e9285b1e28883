import type { Provider as NestProvider } from '@nestjs/common';
import type { HealthCheck } from '#http';
import type { Clock } from '#session';
import type { Accounts } from './account/accounts.service.js';
import { accountPageParts } from './account-page/account-page-parts.js';
import { ExpiredRows } from './adapter/expired-rows.service.js';
import type { IdpPrisma } from './adapter/idp-prisma.service.js';
import type { Engine } from './authorize/engine.js';
import { type EngineWithKeys, startEngine } from './authorize/engine-parts.js';
import type { IdpConfig } from './config.js';
import { ScopeWords } from './consent/scope-words.js';
import { ExpirySweeper } from './endings/expiry-sweeper.service.js';
import type { Faults } from './faults/faults.js';
import { signInParts } from './interaction/sign-in-parts.js';
import { KeyWatch } from './keys/key-watch.service.js';
import { LogoutSender } from './logout/logout-sender.service.js';
import { BrowserStateCookie } from './monitor/browser-state-cookie.js';
import { operatorParts } from './operator/operator-parts.js';
import { type RecordParts, recordParts } from './record-parts.js';
import { BrowserSessions } from './sessions/browser-sessions.service.js';
import { IdpSessions } from './sessions/idp-sessions.service.js';

/** What the public server and the operator API are made of; they share it. */
export interface IdpParts {
  readonly config: IdpConfig;
  readonly prisma: IdpPrisma;
  readonly accounts: Accounts;
  readonly engine: Engine;
  /** what controllers of both servers may ask for; none of them hears of the process's start and stop */
  readonly services: readonly object[];
  /** loops and connections, which start and stop with the public server */
  readonly workers: readonly object[];
  readonly health: readonly HealthCheck[];
  /** for tests alone: faults on order */
  readonly faults: Faults | undefined;
}

/**
 * Makes the parts.
 *
 * @throws ConfigError when a client or a key can't be used; whatever the database refuses with
 */
export async function makeParts(config: IdpConfig, clock: Clock): Promise<IdpParts> {
  const records = recordParts(config, clock);
  const started = await startEngine(records);
  return {
    ...{ config, prisma: records.prisma, accounts: records.accounts, engine: started.engine, faults: started.faults },
    services: servicesOf(records, started),
    workers: workersOf(records, started),
    health: [{ name: 'database', check: () => answers(records.prisma) }],
  };
}

function servicesOf(records: RecordParts, started: EngineWithKeys): readonly object[] {
  const { config, clock, prisma, audit, clients, consents, queue, endings, accounts, devices } = records;
  const { engine, keys, keySwitch, remembered, answerProof, faults } = started;
  const sessions = new IdpSessions(prisma, devices, clock);
  const words = new ScopeWords(config.IDP_APIS);
  const browserState = new BrowserStateCookie(config);
  return [
    ...[audit, accounts, clients, consents, endings, queue, sessions, words],
    ...[engine, keys, keySwitch, remembered, answerProof, browserState],
    new BrowserSessions(engine, accounts, clock, config),
    ...signInParts({ ...records, engine, answerProof }),
    ...accountPageParts({ ...records, sessions, words, engine, remembered, browserState }),
    ...operatorParts({ ...records, engine }),
    ...(faults === undefined ? [] : [faults.ledger]),
  ];
}

function workersOf({ config, clock, prisma, endings, queue }: RecordParts, started: EngineWithKeys): readonly object[] {
  return [
    prisma,
    new ExpiredRows(prisma, clock),
    new ExpirySweeper(prisma, endings, clock, config),
    new LogoutSender(prisma, queue, started.engine, clock, config.BACKCHANNEL_GIVE_UP_S),
    new KeyWatch(started.keySwitch),
  ];
}

async function answers(prisma: IdpPrisma): Promise<void> {
  await prisma.$queryRaw`SELECT 1`;
}

/** Gives instances to Nest, each under its own class. */
export function providersOf(instances: readonly object[]): NestProvider[] {
  return instances.map((instance) => ({ provide: instance.constructor, useFactory: () => instance }));
}
