import { describePage, expectSignedIn, askUser } from './actor.js';
import type { Stage } from './stage.js';
import { expectThat } from './story-fault.js';

/** Ana opens front end B and is signed in there without being shown a page: `prompt=none`. */
export async function signInSilently({ ana, target }: Stage): Promise<{ readonly silentSignInMs: number }> {
  const { frontEndB } = target.addresses;
  const before = await askUser(ana, frontEndB);
  expectThat(before.kind === 'signed_out', 'front end B does not know Ana yet', before.kind);
  const shownBefore = ana.browser.pagesShown.length;
  const start = performance.now();
  const landed = await ana.browser.open(`${frontEndB}/bff/login?prompt=none&returnUrl=/`);
  await expectSignedIn(ana, frontEndB);
  const silentSignInMs = performance.now() - start;
  const onTheWay = ana.browser.pagesShown.slice(shownBefore).filter(({ origin }) => origin !== frontEndB);
  expectThat(landed.url.origin === frontEndB, `the silent sign-in leads back to ${frontEndB}`, describePage(landed));
  expectThat(onTheWay.length === 0, 'no page is shown on the way', onTheWay.map(({ pathname }) => pathname).join(', '));
  return { silentSignInMs };
}
