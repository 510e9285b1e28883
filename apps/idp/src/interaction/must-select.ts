/** What decides whether a person must say whose account is meant. */
export interface Selection {
  /** who is signed in */
  readonly current: string | undefined;
  /** who signed in to this browser and did not sign out */
  readonly remembered: readonly string[];
  /** whether this session has been used for the client before */
  readonly isKnown: boolean;
  /** whom a verified `id_token_hint` names */
  readonly hinted: unknown;
}

/** Says whether several people come into question, and neither the session nor the client has said which one is meant. */
export function mustSelect({ current, remembered, isKnown, hinted }: Selection): boolean {
  if (current === undefined || isKnown || hinted === current) return false;
  return remembered.some((sub) => sub !== current);
}
