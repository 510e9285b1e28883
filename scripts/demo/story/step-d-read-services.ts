import { expectServed } from './services.js';
import type { Stage } from './stage.js';

/** Both read notes and billing through the gateway; Ana at both front ends. */
export async function readServices({ ana, ben, target }: Stage): Promise<void> {
  const { frontEndA, frontEndB } = target.addresses;
  await expectServed(ana, frontEndA, target);
  await expectServed(ana, frontEndB, target);
  await expectServed(ben, frontEndA, target);
}
