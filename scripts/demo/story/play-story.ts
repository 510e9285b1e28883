import { faultLines } from './story-fault.js';
import { noFigures, type CheckResult, type Figures } from '../report.js';
import type { StepRow } from '../table.js';
import type { Target } from '../target.js';
import { signInAtFrontEndA } from './step-a-sign-in.js';
import { signInSilently } from './step-b-silent-sign-in.js';
import { signInBen } from './step-c-second-person.js';
import { readServices } from './step-d-read-services.js';
import { endAtTheIdp } from './step-e-ended-at-the-idp.js';
import { leaveBenAlone } from './step-f-others-untouched.js';
import { refuseSilently } from './step-g-login-required.js';
import { signOutWhileBillingIsDown } from './step-h-service-was-down.js';
import { survivePauseOfTheIdp } from './step-i-idp-was-down.js';
import { setStage, type Stage } from './stage.js';

/** One step: it throws when it does not go as promised, and may have measured something. */
export interface Step<S> {
  readonly id: string;
  readonly title: string;
  readonly play: (stage: S) => Promise<Partial<Figures> | undefined>;
}

const quiet = (play: (stage: Stage) => Promise<void>) => (stage: Stage) => play(stage).then(() => undefined);

const story: readonly Step<Stage>[] = [
  { id: 'a', title: "Ana signs in at the IdP's own page through front end A", play: quiet(signInAtFrontEndA) },
  { id: 'b', title: 'front end B signs her in silently, no page shown', play: signInSilently },
  { id: 'c', title: 'Ben signs in too', play: quiet(signInBen) },
  { id: 'd', title: 'both read notes and billing through the gateway', play: quiet(readServices) },
  { id: 'e', title: "Ana's IdP session ends, nobody is told; all refuse her", play: endAtTheIdp },
  { id: 'f', title: 'Ben is untouched', play: quiet(leaveBenAlone) },
  { id: 'g', title: 'prompt=none for Ana now answers login_required', play: quiet(refuseSilently) },
  {
    id: 'h',
    title: 'Ben signs out while billing is down; it refuses him when back',
    play: quiet(signOutWhileBillingIsDown),
  },
  {
    id: 'i',
    title: 'the IdP is away for three poll intervals; nobody is signed out',
    play: quiet(survivePauseOfTheIdp),
  },
];

/** Plays the whole story of the README against `target`. Never throws for what the system does. */
export function playStory(target: Target, onStep: OnStep): Promise<CheckResult> {
  return playSteps(story, setStage(target), onStep);
}

/** Says which step is played now. */
export type OnStep = (step: { readonly id: string; readonly title: string }) => void;

/** Plays steps one after the other until one fails; the rest would only repeat its fault. */
export async function playSteps<S>(steps: readonly Step<S>[], stage: S, onStep: OnStep): Promise<CheckResult> {
  const rows: StepRow[] = [];
  let figures = noFigures;
  for (const { id, title, play } of steps) {
    const start = performance.now();
    const note = (ok: boolean) => rows.push({ id, title, ok, ms: Math.round(performance.now() - start) });
    onStep({ id, title });
    try {
      figures = { ...figures, ...round(await play(stage)) };
      note(true);
    } catch (error) {
      note(false);
      return { steps: rows, figures, fault: [`step ${id}: ${title}`, ...faultLines(error)] };
    }
  }
  return { steps: rows, figures, fault: undefined };
}

function round(measured: Partial<Figures> | undefined): Partial<Figures> {
  const { silentSignInMs, detectMs } = measured ?? {};
  return {
    ...measured,
    ...(typeof silentSignInMs === 'number' ? { silentSignInMs: Math.round(silentSignInMs) } : {}),
    ...(typeof detectMs === 'number' ? { detectMs: Math.round(detectMs) } : {}),
  };
}
