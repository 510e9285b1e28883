import type { StepRow } from './table.js';

/** What the story measured, in milliseconds; null where it did not get so far. */
export interface Figures {
  /** from the request for a silent sign-in to being signed in at the second front end */
  readonly silentSignInMs: number | null;
  /** from the end of the IdP's session, which nobody was told of, to the gateway saying "signed out" */
  readonly detectMs: number | null;
  /** from the broker's receipt of the event to the service's revocation, per service */
  readonly publishToRevokedMs: { readonly notes: number | null; readonly billing: number | null };
}

/** Nothing measured yet. */
export const noFigures: Figures = {
  silentSignInMs: null,
  detectMs: null,
  publishToRevokedMs: { notes: null, billing: null },
};

/** What came of a check. `fault` says line by line why it did not pass. */
export interface CheckResult {
  readonly steps: readonly StepRow[];
  readonly figures: Figures;
  readonly fault: readonly string[] | undefined;
}

/** Gives the result as one line of JSON, for programs. Has `fault` only when the check did not pass. */
export function toJsonLine({ steps, figures, fault }: CheckResult): string {
  return JSON.stringify({
    passed: fault === undefined,
    steps: steps.map(({ id, ok, ms }) => ({ id, ok, ms })),
    ...figures,
    ...(fault === undefined ? {} : { fault: fault.join('; ') }),
  });
}

/** Gives the figures with the words that the table shows. */
export function namedFigures(figures: Figures): readonly (readonly [string, number | null])[] {
  return [
    ['silent sign-in at the second front end', figures.silentSignInMs],
    ['session ended at the IdP, noticed by asking', figures.detectMs],
    ['event published to revoked in notes', figures.publishToRevokedMs.notes],
    ['event published to revoked in billing', figures.publishToRevokedMs.billing],
  ];
}
