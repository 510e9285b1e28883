/** The experiment can't go on; the message says why, and what to do. */
export class ExperimentFault extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'ExperimentFault';
  }
}
