import type { IssuerProfileName } from '#session';
import type { Announced } from './announced.js';
import type { Reply } from './reply.js';
import type { EachWay } from './ways.js';

/** What the sign-in brought. No token and no claim is in it, only which there were. */
export interface SignInFindings {
  readonly idpSid: boolean;
  readonly authTime: boolean;
  readonly refreshToken: boolean;
  readonly expiresInS: number | undefined;
  readonly refreshExpiresInS: number | undefined;
  readonly algorithm: string;
}

/** What a refresh did to the tokens before it. */
export interface RefreshFindings {
  readonly rotates: boolean;
  readonly bringsIdToken: boolean;
  readonly oldRefreshToken: Reply;
  readonly oldAccessToken: Reply;
}

/** Whether asking in one way kept the idle timer from running out. */
export interface Slide {
  readonly kind: 'slides' | 'lets_idle' | 'not_tried';
  readonly detail: string;
}

/** What one way said once the person had signed out. */
export type AfterTheEnd =
  | {
      readonly kind: 'noticed';
      /** since the sign-out was proved; 0 when it knew before */
      readonly afterS: number;
      readonly detail: string;
      /** a refresh had been refused before: that may be what ended the token */
      readonly onlyAfterRefusal: boolean;
    }
  | { readonly kind: 'still_active'; readonly forS: number; readonly detail: string }
  | { readonly kind: 'unknown'; readonly detail: string };

/** How we know that the person was signed out. */
export interface EndFindings {
  /** the error of a `prompt=none` in the person's browser; `page_shown`: the person says that the sign-in page came */
  readonly proof: string;
  readonly ways: EachWay<AfterTheEnd>;
}

/** All that an experiment saw of one client at one IdP. */
export interface Findings {
  readonly issuer: string;
  readonly clientId: string;
  /** the profile that it started from: what was not tried keeps its value */
  readonly profile: IssuerProfileName;
  readonly announced: Announced;
  /** endpoints that were given since discovery does not name them */
  readonly endpoints: { readonly introspection?: string; readonly revocation?: string; readonly endSession?: string };
  readonly signIn: SignInFindings;
  readonly live: EachWay<Reply>;
  /** undefined when no refresh succeeded */
  readonly refresh: RefreshFindings | undefined;
  readonly sliding: EachWay<Slide>;
  readonly end: EndFindings;
}
