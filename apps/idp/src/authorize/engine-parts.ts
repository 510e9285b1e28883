import { artifactAdapters } from '../adapter/artifact-adapters.js';
import { currentSession } from '../adapter/current-session.js';
import type { Faults } from '../faults/faults.js';
import { AnswerProof } from '../interaction/answer-proof.js';
import { rememberedAccounts, type RememberedAccounts } from '../interaction/remembered-accounts.js';
import { KeyRing } from '../keys/key-ring.js';
import { KeySwitch } from '../keys/key-switch.js';
import { engineEndings } from '../logout/engine-endings.js';
import type { RecordParts } from '../record-parts.js';
import { cookieRules } from './cookies.js';
import { createProvider } from './create-provider.js';
import { Engine } from './engine.js';
import { RegisteredOrigins } from './registered-origins.js';

/** The protocol engine, and what belongs to it alone. */
export interface EngineWithKeys {
  readonly engine: Engine;
  readonly keys: KeyRing;
  readonly keySwitch: KeySwitch;
  readonly remembered: RememberedAccounts;
  readonly answerProof: AnswerProof;
  /** for tests alone: faults on order */
  readonly faults: Faults | undefined;
}

/**
 * Starts the engine with the keys of this moment.
 *
 * @throws ConfigError when a client or a key can't be used; whatever the database refuses with
 */
export async function startEngine(records: RecordParts): Promise<EngineWithKeys> {
  const { config, clock, prisma, audit, clients, endings, queue } = records;
  const keys = new KeyRing(config, prisma, audit, clock);
  await keys.begin();
  const keySet = await keys.fingerprint();
  const faults = config.UNSAFE_FAULTS ? new (await import('../faults/faults.js')).Faults(keys) : undefined;
  const store = { prisma, clock, currentSession, endings: engineEndings(endings, queue) };
  const adapter = artifactAdapters(store, clients, config.REFRESH_REUSE_GRACE_S);
  const origins = new RegisteredOrigins(clients, prisma, clock);
  const remembered = rememberedAccounts(config);
  const answerProof = new AnswerProof(config.IDP_COOKIE_KEYS[0] ?? '', cookieRules(config));
  const parts = { ...records, adapter, remembered, answerProof, origins, faults };
  const engine = await Engine.start(async () => createProvider({ ...parts, jwks: await keys.load() }));
  return { engine, keys, keySwitch: new KeySwitch(keys, engine, keySet), remembered, answerProof, faults };
}
