/** What a browser gets instead of the page that it asked for. */
export type Instead =
  /** the way to the sign-in, and back */
  | { readonly kind: 'sign_in'; readonly address: string }
  /** the browser has been at the sign-in and still nobody is signed in */
  | { readonly kind: 'not_signed_in' }
  /** a form that was not on our page in this session */
  | { readonly kind: 'forged' }
  /** a session or an app that this person does not have */
  | { readonly kind: 'unknown' };

/** Says that the account page can't answer, and what is answered instead. */
export class AccountRefusal extends Error {
  constructor(readonly instead: Instead) {
    super(`account page: ${instead.kind}`);
  }
}
