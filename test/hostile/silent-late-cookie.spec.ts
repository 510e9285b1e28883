import { describe, expect, it } from '@jest/globals';
import { answerTo, comeBack, depart, type Departure, gatewayForSuite } from '../support/gateway.js';
import { messageOf } from '../support/silent.js';
import { type Seen, Visitor } from '../support/visitor.js';

const IN_FRAME = { 'sec-fetch-dest': 'iframe' };
const AGAIN = "location.replace(location.search + '&from=here');";

describe('an answer that comes into a frame without our cookie, on plain http', () => {
  const suite = gatewayForSuite();
  const departed = () => depart(suite().gateway.a, 'rid=r', new Visitor(), 'silent-login');
  const answered = (departure: Departure) => {
    const { state, iss } = answerTo(suite().idp, departure);
    return { state, iss, error: 'login_required' };
  };
  const addressOf = ({ frontEnd }: Departure, answer: Readonly<Record<string, string>>) =>
    `${frontEnd}/bff/callback?${new URLSearchParams(answer).toString()}`;
  const withoutCookie = (url: string, headers: Readonly<Record<string, string>> = IN_FRAME): Promise<Seen> =>
    new Visitor().get(url, headers);

  it('is asked for once more by a page of ours, and then believed', async () => {
    const departure = await departed();
    const url = addressOf(departure, answered(departure));
    const first = await withoutCookie(url);
    expect([first.status, first.text.includes(AGAIN)]).toEqual([200, true]);
    const second = await departure.visitor.get(`${url}&from=here`, IN_FRAME);
    expect(messageOf(second)?.message).toMatchObject({ error: 'login_required', rid: 'r' });
  });

  it('is asked for once, and then refused', async () => {
    const departure = await departed();
    const url = addressOf(departure, answered(departure));
    const seen = await withoutCookie(`${url}&from=here`);
    expect([seen.status, seen.text.includes('location.replace')]).toEqual([400, false]);
    expect(messageOf(await departure.visitor.get(url))?.message.rid).toBe('r'); // nothing was used up
  });

  it('shows none of it, and only to pages of its own', async () => {
    const departure = await departed();
    const answer = answered(departure);
    const { text, headers } = await withoutCookie(`${addressOf(departure, answer)}&x="</script><script>alert(1)`);
    for (const part of [answer.state, 'alert(1)']) expect(text).not.toContain(part);
    expect(headers.get('content-security-policy')).toContain(`frame-ancestors ${departure.frontEnd};`);
    expect([headers.get('cache-control'), headers.get('referrer-policy')]).toEqual(['no-store', 'no-referrer']);
  });

  it.each([
    ['whole page', { 'sec-fetch-dest': 'document' }],
    ['browser that does not say where it goes', {}],
  ])('is refused at once in a %s', async (_name, headers) => {
    const departure = await departed();
    const seen = await withoutCookie(addressOf(departure, answered(departure)), headers);
    expect([seen.status, seen.text.includes('location.replace')]).toEqual([400, false]);
  });

  it('is refused at once where another browser brings it', async () => {
    const departure = await departed();
    const { visitor: other } = await departed();
    const seen = await other.get(addressOf(departure, answered(departure)), IN_FRAME);
    expect([seen.status, seen.text.includes('location.replace')]).toEqual([400, false]);
    expect((await comeBack(departure, answered(departure))).status).toBe(200);
  });
});
