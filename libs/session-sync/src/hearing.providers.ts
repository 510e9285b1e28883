import { Logger, type Provider } from '@nestjs/common';
import { deadLetterStream, JetStreamServer, logoutStream } from '#bus';
import { AppSessions, Clock, eventPatternOf, LivingSessions, OwedRounds, SessionError, SyncPlaces } from '#session';
import { BusListening } from './bus-listening.js';
import { EndingsFeed } from './endings-feed.js';
import { JetStreamFeed } from './jetstream-feed.js';
import { made, optional } from './made.js';
import { OwedRound } from './owed-round.js';
import { ReceiptSender } from './receipt-sender.js';
import { type Ask, Reconcile } from './reconcile.js';
import { SessionEndings } from './session-endings.js';
import { SESSION_SYNC_OPTIONS, type SessionSyncOptions } from './sync-options.js';
import { SYNC_SETTINGS, type SyncSettings, trustedIssuers } from './sync-settings.js';
import { SyncState } from './sync-state.js';
import { SyncStore, syncStoreOf } from './sync-store.js';

const FILTER = 'sso.v1.logout.>';

/** What hears endings: the feed of this replica, the consumer that all replicas share, and the questions after a gap. */
export const hearingProviders: readonly Provider[] = [
  made(
    SyncStore,
    [SESSION_SYNC_OPTIONS, ...[AppSessions, LivingSessions, SyncPlaces, OwedRounds].map(optional)],
    (
      { store }: SessionSyncOptions,
      sessions?: AppSessions,
      living?: LivingSessions,
      places?: SyncPlaces,
      owed?: OwedRounds,
    ) => syncStoreOf(store, sessions, { ...(living && { living }), ...(places && { places }), ...(owed && { owed }) }),
  ),
  made(
    EndingsFeed,
    [SYNC_SETTINGS, Clock],
    ({ service, streamReplicas }: SyncSettings, clock: Clock) =>
      new JetStreamFeed({ stream: logoutStream(streamReplicas).name, filterSubject: FILTER, name: service, clock }),
  ),
  made(Reconcile, [SyncStore, SYNC_SETTINGS, SessionEndings, Clock], reconcileOf),
  made(
    JetStreamServer,
    [SESSION_SYNC_OPTIONS, SYNC_SETTINGS, SyncStore, EndingsFeed, SessionEndings, Reconcile],
    jetStreamServer,
  ),
  made(
    SyncState,
    [JetStreamServer, EndingsFeed],
    (server: JetStreamServer, feed: EndingsFeed) => new SyncState(server, feed),
  ),
  made(
    OwedRound,
    [Reconcile, JetStreamServer],
    (reconcile: Reconcile | undefined, server: JetStreamServer) => new OwedRound(reconcile, server),
  ),
  made(BusListening, [JetStreamServer], (server: JetStreamServer) => new BusListening(server)),
  made(ReceiptSender, [JetStreamServer], (server: JetStreamServer) => new ReceiptSender(server)),
];

function reconcileOf(
  { sessions, gaps }: SyncStore,
  settings: SyncSettings,
  endings: SessionEndings,
  clock: Clock,
): Reconcile | undefined {
  if (gaps === undefined) {
    new Logger('SessionSync').warn('gaps.unnoticed the store has no SyncPlaces, LivingSessions and OwedRounds');
    return undefined;
  }
  const { living, owed } = gaps;
  const { service } = settings;
  const onEnded = endings.hear.bind(endings);
  return new Reconcile({ service, trustedIssuers: trustedIssuers(settings), sessions, living, owed, clock, onEnded });
}

function jetStreamServer(
  { nats }: SessionSyncOptions,
  { service, streamReplicas }: SyncSettings,
  { gaps }: SyncStore,
  feed: EndingsFeed,
  endings: SessionEndings,
  reconcile: Reconcile | undefined,
): JetStreamServer {
  const ask: Ask = (...question) => server.request(...question);
  const server: JetStreamServer = new JetStreamServer({
    urls: nats,
    stream: logoutStream(streamReplicas),
    deadLetters: { stream: deadLetterStream(streamReplicas), subject: 'sso.v1.dlq.logout' },
    filterSubject: FILTER,
    service,
    patternOf: eventPatternOf,
    failureOf: (error) => (error instanceof SessionError ? 'poison' : 'transient'),
    beforeCatchUp: () => feed.start(() => server.connected(), endings),
    ...(reconcile === undefined
      ? {}
      : { places: gaps?.places, onGap: (signal: AbortSignal) => reconcile.run(ask, signal) }),
  });
  return server;
}
