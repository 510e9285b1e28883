import { expectSignedIn, signIn } from './actor.js';
import type { Stage } from './stage.js';
import { expectThat } from './story-fault.js';

/** Ana signs in at the IdP's own page, by way of front end A. */
export async function signInAtFrontEndA({ ana, target }: Stage): Promise<void> {
  const { frontEndA, idp } = target.addresses;
  await signIn(ana, frontEndA, idp);
  const { name } = await expectSignedIn(ana, frontEndA);
  expectThat(name === ana.name, `front end A greets ${ana.name} by name`, `it says "${name}"`);
}
