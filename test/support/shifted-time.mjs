// Loaded with --import into an app under test: its machine's clock is off by SHIFT_MS. Time that passes is not.
const shiftMs = Number(process.env.SHIFT_MS);
const Right = Date;

globalThis.Date = class Date extends Right {
  constructor(...given) {
    if (given.length === 0) super(Right.now() + shiftMs);
    else super(...given);
  }

  static now() {
    return Right.now() + shiftMs;
  }
};
