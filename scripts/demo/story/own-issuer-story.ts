import { SystemClock } from '#http';
import { IdpClient, IdpError } from '#idp-client';
import { randomToken } from '#oidc';
import { reasonOf } from '#session';
import { Browser } from '../browser.js';
import type { OwnIssuer } from '../options.js';
import { examineIssuer, readClientSecret } from '../own-issuer.js';
import type { CheckResult } from '../report.js';
import { describeAnswer, describePage } from './actor.js';
import { playSteps, type OnStep, type Step } from './play-story.js';
import { expectThat } from './story-fault.js';

interface OwnStage {
  readonly frontEnd: string;
  readonly own: OwnIssuer;
  readonly browser: Browser;
}

/** Answers of an IdP that knows of no session, to a question that allows no page. @see OIDC Core 3.1.2.6 */
const refusals = ['login_required', 'interaction_required', 'consent_required'];

const steps: readonly Step<OwnStage>[] = [
  { id: 'discovery', title: 'the discovery document can be used', play: discover },
  { id: 'client', title: 'it accepts the client id and the secret', play: acceptClient },
  { id: 'gateway', title: 'the gateway is up and knows nobody', play: knowNobody },
  { id: 'silent', title: 'prompt=none without a session comes back as an OIDC answer', play: answerSilently },
  { id: 'nobody', title: 'nobody is signed in by it', play: knowNobody },
];

/** Plays the part of the story that needs nobody's password, against a person's own identity provider. */
export function playOwnIssuerStory(frontEnd: string, own: OwnIssuer, onStep: OnStep): Promise<CheckResult> {
  return playSteps(steps, { frontEnd, own, browser: new Browser() }, onStep);
}

async function discover({ own }: OwnStage): Promise<undefined> {
  await examineIssuer(own);
}

/** Redeems a code that was never issued: whoever refuses the code has accepted the client. */
async function acceptClient({ own, frontEnd }: OwnStage): Promise<undefined> {
  const { issuer, clientId, clientAuthMethod, plainHttp } = own;
  const clientSecret = await readClientSecret(own);
  const options = { issuer, internalOrigin: undefined, unsafePlainHttp: plainHttp, clientId };
  const client = new IdpClient(
    { ...options, authentication: { method: clientAuthMethod, secret: clientSecret } },
    new SystemClock(),
  );
  const request = {
    code: 'a-code-that-was-never-issued',
    redirectUri: `${frontEnd}/bff/callback`,
    codeVerifier: randomToken(),
  };
  const seen = await client.exchangeCode(request).then(
    () => 'tokens for a code that was never issued',
    (error: unknown) => (error instanceof IdpError ? (error.error ?? error.message) : reasonOf(error)),
  );
  const refusedClient = ['invalid_client', 'unauthorized_client'].includes(seen);
  const hint = refusedClient
    ? `: check --client-id, the secret, and --client-auth-method (now ${clientAuthMethod})`
    : '';
  expectThat(
    seen === 'invalid_grant',
    'the token endpoint accepts the client and refuses the code (invalid_grant)',
    seen + hint,
  );
}

async function knowNobody({ browser, frontEnd }: OwnStage): Promise<undefined> {
  const answer = await browser.ask(`${frontEnd}/bff/user`);
  expectThat(answer.status === 401, 'the gateway says that nobody is signed in', describeAnswer(answer));
}

async function answerSilently({ browser, frontEnd, own }: OwnStage): Promise<undefined> {
  const landed = await browser.open(`${frontEnd}/bff/login?prompt=none&returnUrl=/`);
  const stayed = landed.url.origin === new URL(own.issuer).origin;
  const hint = `; either it knows no client ${own.clientId}, or ${frontEnd}/bff/callback is not registered as its redirect URI`;
  expectThat(
    landed.url.origin === frontEnd,
    'the IdP answers by a redirect',
    describePage(landed) + (stayed ? hint : ''),
  );
  const outcome = landed.url.searchParams.get('silent') ?? '(nothing)';
  expectThat(refusals.includes(outcome), `the answer is one of ${refusals.join(', ')}`, outcome);
}
