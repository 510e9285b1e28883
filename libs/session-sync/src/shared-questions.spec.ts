import { describe, expect, it } from '@jest/globals';
import { SharedQuestions } from './shared-questions.js';

describe('questions that are asked at the same time', () => {
  it('are asked once for all who wait, and anew after the answer', async () => {
    const [questions, asked] = [new SharedQuestions<string>(), [] as string[]];
    const ask = (key: string) =>
      questions.answer(key, async () => {
        asked.push(key);
        await Promise.resolve();
        return `answer to ${key}`;
      });
    expect(await Promise.all([ask('a'), ask('a'), ask('b')])).toEqual(['answer to a', 'answer to a', 'answer to b']);
    expect(asked).toEqual(['a', 'b']);
    await ask('a');
    expect(asked).toEqual(['a', 'b', 'a']);
  });

  it('fail for all who wait, and may be asked again', async () => {
    const questions = new SharedQuestions<string>();
    const fails = () => questions.answer('a', () => Promise.reject(new Error('away')));
    const [first, second] = await Promise.allSettled([fails(), fails()]);
    expect([first.status, second.status]).toEqual(['rejected', 'rejected']);
    expect(await questions.answer('a', () => Promise.resolve('back'))).toBe('back');
  });
});
