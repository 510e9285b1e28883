import { Browser } from '../browser.js';
import { DemoFault } from '../demo-fault.js';
import type { Target } from '../target.js';
import type { Actor } from './actor.js';

/** What every step of the story plays on: the running system, and three people with a browser each. */
export interface Stage {
  readonly target: Target;
  readonly ana: Actor;
  readonly ben: Actor;
  readonly cem: Actor;
}

/** Gives each person a fresh browser. */
export function setStage(target: Target): Stage {
  const actor = (login: string): Actor => {
    const person = target.people.find((known) => known.login === login);
    if (person === undefined) throw new DemoFault(`The identity provider has no demo person "${login}".`);
    return { ...person, browser: new Browser() };
  };
  return { target, ana: actor('ana'), ben: actor('ben'), cem: actor('cem') };
}
