import type { InjectionToken, Provider } from '@nestjs/common';
import { APP_FILTER, MetadataScanner, Reflector } from '@nestjs/core';
import { JetStreamServer } from '#bus';
import { Clock } from '#session';
import type { Staleness } from './access-decision.js';
import { assertionCredential } from './assertion-credential.js';
import { AssertionVerifier } from './assertion-verifier.js';
import { ChannelWatch } from './channel-watch.js';
import { EndedHooks } from './ended-hooks.js';
import { EndingsFeed } from './endings-feed.js';
import { ExpiredSessions } from './expired-sessions.js';
import { hearingProviders } from './hearing.providers.js';
import { IdpAge } from './idp-age.js';
import { MachineClock } from './machine-clock.js';
import { made } from './made.js';
import { RouteRules } from './route-rules.js';
import { SessionAccess } from './session-access.js';
import { SessionChannels } from './session-channels.js';
import { SessionCredential } from './session-credential.js';
import { SessionDoor } from './session-door.js';
import { SessionEndings } from './session-endings.js';
import { SessionGuard } from './session.guard.js';
import { SessionMemory } from './session-memory.js';
import { SessionRefusedFilter } from './session-refused.filter.js';
import { SESSION_SYNC_OPTIONS, type SessionSyncOptions } from './sync-options.js';
import { SYNC_SETTINGS, syncSettings, type SyncSettings, trustedBy } from './sync-settings.js';
import { SyncState } from './sync-state.js';
import { SyncStore } from './sync-store.js';
import { VerifiedAssertions } from './verified-assertions.js';

/** What the module is made of, from the options on. */
export const sessionSyncProviders: readonly Provider[] = [
  made(SYNC_SETTINGS, [SESSION_SYNC_OPTIONS], syncSettings),
  made(Clock, [SESSION_SYNC_OPTIONS], ({ clock }: SessionSyncOptions) => clock ?? new MachineClock()),
  ...hearingProviders,
  made(SessionMemory, [], () => new SessionMemory()),
  made(
    SessionAccess,
    [SyncStore, SessionMemory, EndingsFeed, SyncState, Clock],
    ({ sessions }: SyncStore, memory: SessionMemory, feed: EndingsFeed, sync: SyncState, clock: Clock) =>
      new SessionAccess({ sessions, memory, feed, sync, clock }),
  ),
  made(AssertionVerifier, [SYNC_SETTINGS, Clock], assertionVerifier),
  made(SessionCredential, [SESSION_SYNC_OPTIONS, SYNC_SETTINGS, AssertionVerifier, Clock], sessionCredential),
  made(
    RouteRules,
    [Reflector, SYNC_SETTINGS],
    (reflector: Reflector, settings: SyncSettings) => new RouteRules(reflector, stalenessOf(settings)),
  ),
  made(IdpAge, [Clock], (clock: Clock) => new IdpAge(clock)),
  SessionGuard,
  SessionDoor,
  { provide: APP_FILTER, useClass: SessionRefusedFilter },
  MetadataScanner,
  EndedHooks,
  made(SessionChannels, [SessionMemory], (memory: SessionMemory) => new SessionChannels(memory)),
  made(
    ChannelWatch,
    [SessionChannels, SessionAccess, SYNC_SETTINGS],
    (channels: SessionChannels, access: SessionAccess, settings: SyncSettings) =>
      new ChannelWatch(channels, access, stalenessOf(settings)),
  ),
  made(
    SessionEndings,
    [SessionMemory, SessionChannels, EndedHooks, SYNC_SETTINGS, Clock],
    (memory: SessionMemory, channels: SessionChannels, hooks: EndedHooks, settings: SyncSettings, clock: Clock) =>
      new SessionEndings(memory, channels, hooks, trustedBy(settings), clock),
  ),
  made(
    ExpiredSessions,
    [SyncStore, Clock],
    ({ sessions }: SyncStore, clock: Clock) => new ExpiredSessions(sessions, clock),
  ),
];

/** What other modules may inject. */
export const sessionSyncExports: readonly InjectionToken[] = [
  ...[Clock, SyncState, JetStreamServer, AssertionVerifier, SessionGuard, SessionDoor, SessionChannels],
  ...[RouteRules, SessionCredential, SessionAccess, IdpAge, SessionEndings, SyncStore],
];

function stalenessOf({ maxStalenessMs, failClosedAfterMs }: SyncSettings): Staleness {
  return { maxMs: maxStalenessMs, failClosedAfterMs };
}

function assertionVerifier(settings: SyncSettings, clock: Clock): AssertionVerifier {
  const { gateway, service, trustedIssuer } = settings;
  const jwksUrl = settings.gatewayJwksUrl ?? `${gateway.replace(/\/$/, '')}/.well-known/jwks.json`;
  return new AssertionVerifier({ gateway, jwksUrl, service, trustedIssuer }, clock);
}

function sessionCredential(
  { credential = assertionCredential() }: SessionSyncOptions,
  settings: SyncSettings,
  verifier: AssertionVerifier,
  clock: Clock,
): SessionCredential {
  if (credential instanceof SessionCredential) return credential;
  const assertions = new VerifiedAssertions(verifier, clock);
  return credential({ verified: (token) => assertions.verified(token), trusts: trustedBy(settings) });
}
