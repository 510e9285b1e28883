import type { EndingRow } from './rows.js';
import { serviceRevoked, titled } from './sentences.js';

/** One line of an ending's waterfall: milliseconds since the ending. */
export interface Bar {
  readonly kind: 'event' | 'receipt' | 'page';
  readonly label: string;
  readonly fromMs: number;
  readonly toMs: number;
}

/** What followed from an ending, and how long the whole took. */
export interface Waterfall {
  readonly bars: readonly Bar[];
  /** until the last receipt; undefined while there is none */
  readonly totalMs: number | undefined;
  /** the right edge */
  readonly scaleMs: number;
}

/**
 * Lays an ending out in time. A receipt is measured from the publication, a page from what the clocks say: the hub's and the
 * web app's may disagree by a few milliseconds, and nothing is drawn before the ending.
 */
export function waterfallOf({ ended, published, receipts, shown }: EndingRow): Waterfall {
  const publishedMs = published?.tookMs ?? 0;
  const bars: readonly Bar[] = [
    ...(published === undefined
      ? []
      : [{ kind: 'event' as const, label: 'Event on NATS', fromMs: 0, toMs: publishedMs }]),
    ...receipts
      .map((receipt) => ({
        ...{ kind: 'receipt' as const, label: serviceRevoked(receipt) },
        ...{ fromMs: publishedMs, toMs: publishedMs + receipt.tookMs },
      }))
      .sort((a, b) => a.toMs - b.toMs),
    ...[...new Set(shown.map(({ frontEnd }) => frontEnd))].map((frontEnd) => {
      const pages = shown.filter((page) => page.frontEnd === frontEnd);
      const name = titled(frontEnd);
      const toMs = Math.max(0, ...pages.map(({ at }) => Date.parse(at) - Date.parse(ended.at)));
      const label = pages.length === 1 ? `${name} page shows it` : `${pages.length} ${name} pages show it`;
      return { kind: 'page' as const, label, fromMs: 0, toMs };
    }),
  ];
  const ends = receipts.map(({ tookMs }) => publishedMs + tookMs);
  const scaleMs = Math.max(1, ...bars.map(({ toMs }) => toMs));
  return { bars, totalMs: ends.length === 0 ? undefined : Math.max(...ends), scaleMs };
}
