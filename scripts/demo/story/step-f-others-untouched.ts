import { expectServed } from './services.js';
import type { Stage } from './stage.js';

/** Ben is untouched by the end of Ana's session. */
export async function leaveBenAlone({ ben, target }: Stage): Promise<void> {
  await expectServed(ben, target.addresses.frontEndA, target);
}
