import { types } from 'node:util';

/**
 * The demo can't go on, and a person can do something about it. `message` is a whole sentence in plain words;
 * `details` are lines to print below it, such as the end of a log.
 */
export class DemoFault extends Error {
  constructor(
    message: string,
    readonly details: readonly string[] = [],
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.name = 'DemoFault';
  }
}

/** Throws any error as a fault that a person reads: its first line is the sentence, the rest are details. */
export function throwPlainly(cause: unknown): never {
  if (cause instanceof DemoFault) throw cause;
  const [sentence = '', ...details] = (cause instanceof Error ? cause.message : String(cause)).split('\n');
  throw new DemoFault(sentence, details, { cause });
}

/** Says what went wrong with a network request in a few words, from Node's nested causes. Never repeats the URL. */
export function networkReason(error: unknown): string {
  if (!types.isNativeError(error)) return String(error);
  if (error.name === 'TimeoutError') return 'no answer in time';
  if ('code' in error && typeof error.code === 'string') return error.code;
  if ('errors' in error && Array.isArray(error.errors)) return networkReason(error.errors[0]);
  return error.cause === undefined ? error.message : networkReason(error.cause);
}
