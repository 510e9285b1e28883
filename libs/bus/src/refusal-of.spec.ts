import { describe, expect, it } from '@jest/globals';
import { JetStreamApiError } from '@nats-io/jetstream';
import { errors } from '@nats-io/transport-node';
import { faultOf, refusalOf } from './refusal-of.js';

const unheard = new Error('words', {
  cause: new errors.RequestError('words', { cause: new errors.NoRespondersError('a.b') }),
});
const api = (code: number, err_code: number) => new JetStreamApiError({ code, err_code, description: 'words' });

describe('a publication that failed', () => {
  it.each([
    ['the stream takes no message of that size', api(400, 10054), 'jetstream_10054'],
    ['the subject is forbidden', new errors.PermissionViolationError('words', 'publish', 'a.b'), 'permission'],
    [
      'the subject is forbidden, as a request says it',
      new errors.RequestError('words', { cause: new errors.PermissionViolationError('words', 'publish', 'a.b') }),
      'permission',
    ],
    ['it is no subject', new errors.InvalidSubjectError('a b'), 'invalid_subject'],
    ['the connection takes no message of that size', new errors.InvalidArgumentError('words'), 'too_large'],
  ])('is the fault of its event when %s', (_name, error, code) => {
    expect(refusalOf(error)).toBe(code);
  });

  it.each([
    ['the stream has no room', api(503, 10077), 'jetstream_10077'],
    ['JetStream has no leader', api(503, 10008), 'jetstream_10008'],
    ['nobody answers in time', new errors.TimeoutError(), 'timeout'],
    ['the connection is closed', new errors.ClosedConnectionError(), 'closedconnectionerror'],
    ['nobody listens to the subject', unheard, 'no_responders'],
    ['something else', 'a text', 'unknown'],
  ])('is nobody’s fault when %s', (_name, error, code) => {
    expect(refusalOf(error)).toBeUndefined();
    expect(faultOf(error)).toBe(code);
  });
});
