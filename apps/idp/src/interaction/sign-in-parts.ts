import type { Engine } from '../authorize/engine.js';
import { DeviceCookies } from '../limits/device-cookie.js';
import { MfaLimits } from '../mfa/mfa-limits.js';
import { PendingSecrets } from '../mfa/pending-secrets.js';
import { SecondFactorSignIn } from '../mfa/second-factor-sign-in.service.js';
import { SecondFactor } from '../mfa/second-factor.service.js';
import type { RecordParts } from '../record-parts.js';
import type { AnswerProof } from './answer-proof.js';
import { FormSecret } from './form-token.js';
import { InteractionPages } from './interaction-pages.service.js';
import { PasswordSignIn } from './password-sign-in.service.js';
import { SignInLimits } from './sign-in-limits.js';

/** What the parts of signing in are made of. */
export interface SignInNeeds extends RecordParts {
  readonly engine: Engine;
  readonly answerProof: AnswerProof;
}

/** Makes what people sign in with: the pages, and what passwords and second factors are tried by. */
export function signInParts(needs: SignInNeeds): readonly object[] {
  const { config, prisma, clock, cipher, accounts, endings, audit, engine, answerProof } = needs;
  const devices = new DeviceCookies(config);
  const factor = new SecondFactor(prisma, new PendingSecrets(cipher), endings, audit, clock);
  const formSecret = new FormSecret(config.IDP_COOKIE_KEYS[0] ?? '');
  return [
    formSecret,
    factor,
    new InteractionPages(engine, formSecret, answerProof, clock),
    new PasswordSignIn(accounts, new SignInLimits(prisma, clock, devices, config), devices, audit),
    new SecondFactorSignIn(factor, new MfaLimits(prisma, clock, devices, config), devices),
  ];
}
