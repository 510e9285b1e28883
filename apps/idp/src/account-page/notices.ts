/** What a person is told of their last deed. The address holds the key, so nothing else can be put on the page by it. */
const NOTICES = {
  'signed-out': 'That session has ended. Its apps are being told.',
  'signed-out-others': 'You are signed out everywhere else.',
  withdrawn: 'The app has lost its access.',
  'automatic-on': 'You will be signed in to apps without being asked.',
  'automatic-off': 'You will be asked before you are signed in to an app.',
} as const;

/** What a person has just done. */
export type Deed = keyof typeof NOTICES;

/** Gives the sentence for what was done; undefined for what is no deed. */
export function noticeOf(deed: unknown): string | undefined {
  return typeof deed === 'string' && isDeed(deed) ? NOTICES[deed] : undefined;
}

function isDeed(text: string): text is Deed {
  return Object.hasOwn(NOTICES, text);
}
