/** What a portal or a broken proxy says in the place of an answer. */
export const GARBAGE = '<!doctype html><html lang="en"><title>Welcome</title><h1>It works!</h1></html>';
