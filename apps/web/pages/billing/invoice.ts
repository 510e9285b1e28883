import { textIn } from '../parts/ask.js';

/** An invoice as the service gives it. */
export interface Invoice {
  readonly number: string;
  readonly description: string;
  readonly currency: string;
  readonly amountCents: number;
  /** a day: `2026-12-01` */
  readonly dueOn: string;
}

/** Reads an invoice that came from outside; what is no invoice is `undefined`. */
export function toInvoice(from: unknown): Invoice | undefined {
  const amountCents = Number(textIn(from, 'amountCents') || Number.NaN);
  const currency = textIn(from, 'currency');
  const dueOn = textIn(from, 'dueOn');
  if (!Number.isSafeInteger(amountCents) || !/^[A-Z]{3}$/.test(currency) || Number.isNaN(Date.parse(dueOn)))
    return undefined;
  return { number: textIn(from, 'number'), description: textIn(from, 'description'), currency, amountCents, dueOn };
}

/** Writes an amount: `€19.00`. */
export const money = (cents: number, currency: string): string =>
  (cents / 100).toLocaleString('en-GB', { style: 'currency', currency });

/** Writes a day: `1 Dec 2026`. It is the same in every time zone. */
export const day = (date: string): string =>
  new Date(date).toLocaleDateString('en-GB', { day: 'numeric', month: 'short', year: 'numeric', timeZone: 'UTC' });

/** Adds up what is due, by currency: `€19.00`. */
export function totalOf(invoices: readonly Invoice[]): string {
  const sums = new Map<string, number>();
  for (const { currency, amountCents } of invoices) sums.set(currency, (sums.get(currency) ?? 0) + amountCents);
  return [...sums].map(([currency, cents]) => money(cents, currency)).join(' + ') || '–';
}
