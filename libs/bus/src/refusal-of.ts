import { JetStreamApiError } from '@nats-io/jetstream';
import { errors } from '@nats-io/transport-node';

/**
 * Tells why the broker does not take this one message, as a code: it is too large, its subject is forbidden or can't be one,
 * the stream says no (4xx). Undefined for anything that may be the broker's or the network's trouble, which passes.
 */
export function refusalOf(error: unknown): string | undefined {
  if (error instanceof JetStreamApiError)
    return error.status >= 400 && error.status < 500 ? `jetstream_${error.code}` : undefined;
  if (error instanceof errors.PermissionViolationError) return 'permission';
  if (error instanceof errors.InvalidSubjectError) return 'invalid_subject';
  if (error instanceof errors.InvalidArgumentError) return 'too_large';
  if (error instanceof Error && error.cause !== undefined) return refusalOf(error.cause);
  return undefined;
}

/** Whether nobody listens to the subject: no stream has it, or there is no JetStream at this moment. */
export function isUnheard(error: unknown): boolean {
  if (error instanceof errors.RequestError && error.isNoResponders()) return true;
  return error instanceof Error && error.cause !== undefined && isUnheard(error.cause);
}

/** Names a fault that passes, as a code. */
export function faultOf(error: unknown): string {
  if (error instanceof JetStreamApiError) return `jetstream_${error.code}`;
  if (error instanceof errors.TimeoutError) return 'timeout';
  if (isUnheard(error)) return 'no_responders';
  return error instanceof Error ? error.name.toLowerCase() : 'unknown';
}
