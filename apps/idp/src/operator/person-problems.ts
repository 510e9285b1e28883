import { problem, type Problem } from '#http';
import type { WrittenPerson } from '../account/accounts.service.js';
import { PASSWORD_FAULTS } from '../account/password-rules.js';
import type { PersonView } from '../account/person-view.js';

/** Makes the answer for a sub that nobody has. */
export function personUnknown(): Problem {
  return problem(404, 'person-unknown', 'There is no such person');
}

/** Gives the person who was written down. @throws Problem when they were not */
export function personOf(written: WrittenPerson): PersonView {
  switch (written.kind) {
    case 'written':
      return written.person;
    case 'refused':
      throw problem(400, 'invalid-body', 'The body is wrong', undefined, {
        faults: [`password: ${PASSWORD_FAULTS[written.fault]}`],
      });
    case 'taken':
      throw problem(409, 'person-taken', 'Somebody else has this login or sub');
    case 'unknown':
      throw personUnknown();
  }
}
