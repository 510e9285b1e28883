/** What is read of the hub: the newest {@link MOST_ROWS} of each kind. */
export interface HubRows {
  readonly sessions: readonly SessionRow[];
  readonly signIns: readonly SignInRow[];
  readonly endings: readonly EndingRow[];
  readonly receipts: readonly ReceiptRow[];
}

/** How far back each list goes. */
export const MOST_ROWS = 500;
export const NO_ROWS: HubRows = { sessions: [], signIns: [], endings: [], receipts: [] };

/** A session of the hub, as far as probes change it. */
export interface SessionRow {
  readonly sid: string;
  readonly sub: string;
  readonly openedAt: Date;
  /** the latest sign-in, or exchange of tokens */
  readonly tokensSince: Date | null;
  readonly idpCheckedAt: Date;
  readonly weakEndedAt: Date | null;
  readonly unknownSince: Date | null;
  readonly unknownReason: string | null;
}

/** A browser that was signed in at a front end. */
export interface SignInRow {
  readonly sid: string;
  readonly sub: string;
  /** its origin */
  readonly frontEnd: string;
  readonly at: Date;
}

/** An ending, with the event that was promised with it. */
export interface EndingRow {
  readonly eventId: string;
  readonly sid: string;
  readonly sub: string;
  readonly cause: string | null;
  readonly at: Date;
  readonly publishedAt: Date | null;
}

/** A service's word that it has applied an event. */
export interface ReceiptRow {
  readonly eventId: string;
  readonly sid: string;
  readonly service: string;
  readonly sessions: number;
  readonly at: Date;
  readonly publishedAt: Date | null;
}
