import type { FactoryProvider, InjectionToken, Provider } from '@nestjs/common';
import { APP_FILTER, MetadataScanner, Reflector } from '@nestjs/core';
import { deadLetterStream, JetStreamServer, logoutStream } from '#bus';
import { AppSessions, Clock, eventPatternOf, LivingSessions, SessionError, SyncPlaces } from '#session';
import type { Staleness } from './access-decision.js';
import { assertionCredential } from './assertion-credential.js';
import { AssertionVerifier } from './assertion-verifier.js';
import { BusListening } from './bus-listening.js';
import { ChannelWatch } from './channel-watch.js';
import { EndedHooks } from './ended-hooks.js';
import { EndingsFeed, NoFeed } from './endings-feed.js';
import { ExpiredSessions } from './expired-sessions.js';
import { FeedListening } from './feed-listening.js';
import { IdpAge } from './idp-age.js';
import { MachineClock } from './machine-clock.js';
import { ReceiptSender } from './receipt-sender.js';
import { RouteRules } from './route-rules.js';
import { SessionAccess } from './session-access.js';
import { SessionChannels } from './session-channels.js';
import { SessionCredential } from './session-credential.js';
import { SessionDoor } from './session-door.js';
import { SessionEndings } from './session-endings.js';
import { SessionGuard } from './session.guard.js';
import { SessionMemory } from './session-memory.js';
import { SessionRefusedFilter } from './session-refused.filter.js';
import type { SessionSyncOptions } from './sync-options.js';
import { SYNC_SETTINGS, syncSettings, type SyncSettings, trustedBy } from './sync-settings.js';
import { SyncState } from './sync-state.js';
import { SyncStore, syncStoreOf } from './sync-store.js';
import { VerifiedAssertions } from './verified-assertions.js';

/** DI token of the options as they were given. */
export const SESSION_SYNC_OPTIONS = 'session-sync:options';

const made = <T>(
  provide: InjectionToken<T>,
  inject: NonNullable<FactoryProvider['inject']>,
  useFactory: (...injected: never[]) => T,
): Provider => ({
  provide,
  inject,
  useFactory,
});
const optional = (token: InjectionToken) => ({ token, optional: true });

/** What the module is made of, from the options on. */
export const sessionSyncProviders: readonly Provider[] = [
  made(SYNC_SETTINGS, [SESSION_SYNC_OPTIONS], syncSettings),
  made(Clock, [SESSION_SYNC_OPTIONS], ({ clock }: SessionSyncOptions) => clock ?? new MachineClock()),
  made(
    SyncStore,
    [SESSION_SYNC_OPTIONS, optional(AppSessions), optional(LivingSessions), optional(SyncPlaces)],
    ({ store }: SessionSyncOptions, sessions?: AppSessions, living?: LivingSessions, places?: SyncPlaces) =>
      syncStoreOf(store, sessions, living, places),
  ),
  made(JetStreamServer, [SESSION_SYNC_OPTIONS, SYNC_SETTINGS], jetStreamServer),
  made(EndingsFeed, [], () => new NoFeed()),
  made(
    SyncState,
    [JetStreamServer, EndingsFeed],
    (server: JetStreamServer, feed: EndingsFeed) => new SyncState(server, feed),
  ),
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
    FeedListening,
    [EndingsFeed, SessionEndings],
    (feed: EndingsFeed, endings: SessionEndings) => new FeedListening(feed, endings),
  ),
  made(BusListening, [JetStreamServer], (server: JetStreamServer) => new BusListening(server)),
  made(ReceiptSender, [JetStreamServer], (server: JetStreamServer) => new ReceiptSender(server)),
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

function jetStreamServer({ nats }: SessionSyncOptions, { service, streamReplicas }: SyncSettings): JetStreamServer {
  return new JetStreamServer({
    urls: nats,
    stream: logoutStream(streamReplicas),
    deadLetters: { stream: deadLetterStream(streamReplicas), subject: 'sso.v1.dlq.logout' },
    filterSubject: 'sso.v1.logout.>',
    service,
    patternOf: eventPatternOf,
    failureOf: (error) => (error instanceof SessionError ? 'poison' : 'transient'),
  });
}
