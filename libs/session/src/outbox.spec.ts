import { describe, expect, it } from '@jest/globals';
import { DEAD_AFTER, fatesOf, type OutboxRow, type Publication, settlementOf } from './outbox.js';

const NOW = new Date('2026-11-22T12:00:00.000Z');
const row = (attempts: number, eventId = 'e'): OutboxRow => ({ eventId, subject: 's', payload: '{}', attempts });
const stored: Publication = { kind: 'stored' };
const refused: Publication = { kind: 'refused', reason: 'too_large' };
const unanswered: Publication = { kind: 'unanswered', reason: 'timeout' };

describe('what becomes of a batch of the outbox', () => {
  it.each<[string, Publication[], string[]]>([
    ['what the broker has is published', [stored, stored], ['published', 'published']],
    ['what it refuses has failed, whatever became of others', [refused, stored], ['failed', 'published']],
    ['what it refuses has failed, also by itself', [refused], ['failed']],
    ['nothing has failed while nobody answers at all', [unanswered, unanswered], ['waits', 'waits']],
    ['nor beside a refusal, which says little of the others', [unanswered, refused], ['waits', 'failed']],
    ['but has while others get through', [unanswered, stored], ['failed', 'published']],
    ['what was not tried waits', [], ['waits', 'waits']],
  ])('%s', (_name, publications, kinds) => {
    const rows = kinds.map(() => row(0));
    expect(fatesOf(rows, publications, NOW, () => 0).map(({ kind }) => kind)).toEqual(kinds);
  });

  it.each([
    [0, 0, 1_000],
    [0, 0.999_999, 750],
    [1, 0, 2_000],
    [5, 0, 32_000],
    [9, 0, 512_000],
    [10, 0, 900_000],
    [1_000_000, 0, 900_000],
    [1_000_000, 0.999_999, 675_000],
  ])('after %d attempts, by chance %d, it rests for %d ms', (attempts, chance, restMs) => {
    const [fate] = fatesOf([row(attempts)], [refused], NOW, () => chance);
    expect(fate).toEqual({
      ...{ kind: 'failed', attempts: attempts + 1, reason: 'too_large' },
      retryAt: new Date(NOW.getTime() + restMs),
    });
  });

  it('an event dies once, and its first refusal is news', () => {
    const rows = [row(0, 'new'), row(DEAD_AFTER - 1, 'dies'), row(DEAD_AFTER, 'is dead'), row(3, 'is on its way')];
    const publications = rows.map(() => refused);
    const settled = settlementOf(
      rows,
      publications,
      fatesOf(rows, publications, NOW, () => 0),
    );
    expect(settled.refused.map(({ eventId }) => eventId)).toEqual(['new']);
    expect(settled.dead).toEqual([{ eventId: 'dies', attempts: DEAD_AFTER, reason: 'too_large' }]);
  });

  it.each<[string, Publication[], string | undefined]>([
    ['it stalls when nobody answers', [unanswered], 'timeout'],
    ['not when something gets through', [unanswered, stored], undefined],
    ['not when there are refusals only: the broker is there', [refused], undefined],
  ])('%s', (_name, publications, stalled) => {
    const rows = publications.map(() => row(0));
    expect(
      settlementOf(
        rows,
        publications,
        fatesOf(rows, publications, NOW, () => 0),
      ).stalled,
    ).toBe(stalled);
  });
});
