import { describe, expect, it } from '@jest/globals';
import { parseSid, parseSub } from '#session';
import { type ChannelEnd, type ChannelOwner, SessionChannels } from './session-channels.js';
import { SessionMemory } from './session-memory.js';

const ISS = 'https://idp.example.com';
const ownerOf = (sub: string, session: number): ChannelOwner => ({
  ...{ iss: ISS, sub: parseSub(sub)!, openedAt: new Date(1_000), expiresAt: new Date(1e15) },
  sid: parseSid(`00000000-0000-7000-8000-00000000000${session}`)!,
});
const ANA = ownerOf('ana', 1);
const BEN = ownerOf('ben', 2);

describe('channels, when the process is told to stop', () => {
  it('close, once each, and are not told that their session has ended', () => {
    const channels = new SessionChannels(new SessionMemory());
    const told: [string, ChannelEnd][] = [];
    const hold = (name: string, owner: ChannelOwner) => channels.hold(owner, (end) => told.push([name, end]));
    hold('first of Ana', ANA);
    hold('second of Ana', ANA);
    hold('gone by itself', BEN)();
    hold('of Ben', BEN);
    channels.beforeApplicationShutdown();
    channels.beforeApplicationShutdown();
    const stopping = { kind: 'try_again', reason: 'stopping' };
    expect(told).toEqual(['first of Ana', 'second of Ana', 'of Ben'].map((name) => [name, stopping]));
    expect(channels.size).toBe(0);
  });

  it('close at once where they are opened after that', () => {
    const channels = new SessionChannels(new SessionMemory());
    channels.beforeApplicationShutdown();
    const told: ChannelEnd[] = [];
    channels.hold(ANA, (end) => told.push(end))();
    expect([told, channels.size]).toEqual([[{ kind: 'try_again', reason: 'stopping' }], 0]);
  });

  it('close although one of them can not be closed', () => {
    const channels = new SessionChannels(new SessionMemory());
    const told: ChannelEnd[] = [];
    channels.hold(ANA, () => {
      throw new Error('it hangs');
    });
    channels.hold(ANA, (end) => told.push(end));
    channels.beforeApplicationShutdown();
    expect([told.length, channels.size]).toEqual([1, 0]);
  });
});
