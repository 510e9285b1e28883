import { Secret, TOTP } from 'otpauth';
import type { Answer } from './browser.js';

/** The app on a person's phone. */
export class Authenticator {
  private readonly totp: TOTP;

  constructor(secret: string) {
    this.totp = new TOTP({ secret: Secret.fromBase32(secret), algorithm: 'SHA1', digits: 6, period: 30 });
  }

  /** Types the key of a set-up page into the app. */
  static fromPage({ text }: Answer): Authenticator {
    return new Authenticator(/<code>([A-Z2-7 ]+)<\/code>/.exec(text)![1]!.replaceAll(' ', ''));
  }

  /** Gives the code of now, or of so many steps later. The IdP accepts one step: each code of a test can be a fresh one. */
  code(stepsLater = 0): string {
    return this.totp.generate({ timestamp: Date.now() + stepsLater * 30_000 });
  }
}
