import { signIn } from './actor.js';
import type { Stage } from './stage.js';

/** Ben signs in as well, in a browser of his own. */
export async function signInBen({ ben, target }: Stage): Promise<void> {
  await signIn(ben, target.addresses.frontEndA, target.addresses.idp);
}
