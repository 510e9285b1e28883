import type { AppDatabase, HubDatabase } from '#store';

/** What the databases say, by person. */
export interface Seen {
  /** ended in the hub */
  readonly ended: ReadonlySet<string>;
  /** revoked in the service */
  readonly revoked: ReadonlySet<string>;
  readonly events: number;
  readonly held: number;
}

/** How a run ended. */
export interface ChaosReport {
  /** sessions that have really ended at the IdP */
  readonly really: number;
  /** of those, still usable in the service */
  readonly missed: number;
  /** sessions that were ended or revoked, and should not have been */
  readonly invented: number;
  readonly endedInHub: number;
  readonly events: number;
  readonly kills: number;
  /** from the end of the chaos until the last one was revoked, in seconds; undefined when patience was over first */
  readonly settledS: number | undefined;
  /** what the IdP answered, and how often */
  readonly answers: Readonly<Record<string, number>>;
}

/** Reads both databases. */
export async function sessionsSeen({
  hub,
  app,
}: {
  readonly hub: HubDatabase;
  readonly app: AppDatabase;
}): Promise<Seen> {
  const [ended, revoked, events, held] = await Promise.all([
    hub.ssoSession.findMany({ where: { endedAt: { not: null } }, select: { sub: true } }),
    app.appSession.findMany({ where: { revokedAt: { not: null } }, select: { sub: true } }),
    hub.outboxEvent.count(),
    hub.ssoSession.count({ where: { heldAt: { not: null }, endedAt: null } }),
  ]);
  return { ended: new Set(ended.map(subOf)), revoked: new Set(revoked.map(subOf)), events, held };
}

/** Compares what became of the sessions with the truth. */
export function comparison(
  { ended, revoked, events }: Seen,
  truth: ReadonlySet<string>,
): Pick<ChaosReport, 'really' | 'missed' | 'invented' | 'endedInHub' | 'events'> {
  const missed = [...truth].filter((sub) => !revoked.has(sub)).length;
  const invented = new Set([...ended, ...revoked].filter((sub) => !truth.has(sub))).size;
  return { really: truth.size, missed, invented, endedInHub: ended.size, events };
}

const subOf = ({ sub }: { readonly sub: string }): string => sub;
