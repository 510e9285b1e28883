/** The two console methods that the protocol library speaks through. */
export interface NoticeConsole {
  warn: (...args: unknown[]) => void;
  info: (...args: unknown[]) => void;
}

/** Where its words go instead. */
export interface NoticeLogger {
  readonly warn: (message: string) => void;
}

/** Said of every Node below 22. This project is tested on 20.19 and later, so it would only worry people. */
const EXPECTED = 'Unsupported runtime';

/** A notice up to the first control character: on a terminal, colour codes stand around it. */
const NOTICE = /oidc-provider (?:NOTICE|WARNING): (\P{Cc}*)/u;

/** Gives the protocol library's console lines the form of a log event. Everybody else's console stays as it is. */
export function takeLibraryNotices(target: NoticeConsole, logger: NoticeLogger): void {
  const take =
    (before: (...args: unknown[]) => void) =>
    (...args: unknown[]): void => {
      const text = typeof args[0] === 'string' ? NOTICE.exec(args[0])?.[1] : undefined;
      if (text === undefined) before(...args);
      else if (!text.startsWith(EXPECTED)) logger.warn(`library.notice text=${JSON.stringify(text)}`);
    };
  target.warn = take(target.warn.bind(target));
  target.info = take(target.info.bind(target));
}
