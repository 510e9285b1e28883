import { Browser } from '../browser.js';
import type { OwnIssuer } from '../options.js';
import { examineIssuer } from '../own-issuer.js';
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

async function knowNobody({ browser, frontEnd }: OwnStage): Promise<undefined> {
  const answer = await browser.ask(`${frontEnd}/bff/user`);
  expectThat(answer.status === 401, 'the gateway says that nobody is signed in', describeAnswer(answer));
}

async function answerSilently({ browser, frontEnd, own }: OwnStage): Promise<undefined> {
  const landed = await browser.open(`${frontEnd}/bff/login?prompt=none&returnUrl=/`);
  const stayed = landed.url.origin === new URL(own.issuer).origin;
  const hint = `; most often ${frontEnd}/bff/callback is not registered as a redirect URI`;
  expectThat(
    landed.url.origin === frontEnd,
    'the IdP answers by a redirect',
    describePage(landed) + (stayed ? hint : ''),
  );
  const outcome = landed.url.searchParams.get('silent') ?? '(nothing)';
  expectThat(refusals.includes(outcome), `the answer is one of ${refusals.join(', ')}`, outcome);
}
