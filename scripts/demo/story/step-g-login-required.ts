import { askUser, describePage } from './actor.js';
import type { Stage } from './stage.js';
import { expectThat } from './story-fault.js';

/** A silent sign-in of Ana is refused now: the IdP says `login_required`, and nothing is shown. */
export async function refuseSilently({ ana, target }: Stage): Promise<void> {
  const { frontEndA } = target.addresses;
  const landed = await ana.browser.open(`${frontEndA}/bff/login?prompt=none&returnUrl=/`);
  const outcome = landed.url.searchParams.get('silent');
  const seen = `${describePage(landed)} with silent=${outcome ?? '(nothing)'}`;
  expectThat(
    landed.url.origin === frontEndA && outcome === 'login_required',
    'silent=login_required at front end A',
    seen,
  );
  const user = await askUser(ana, frontEndA);
  expectThat(user.kind === 'signed_out', 'front end A still says that Ana is signed out', user.kind);
}
