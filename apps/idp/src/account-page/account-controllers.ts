import { AppsController } from './apps.controller.js';
import { GoodbyeController } from './goodbye.controller.js';
import { OverviewController } from './overview.controller.js';
import { PasswordChangeController } from './password-change.controller.js';
import { SecondFactorController } from './second-factor.controller.js';
import { SessionsController } from './sessions.controller.js';

/** What answers for the account page. */
export const ACCOUNT_CONTROLLERS = [
  OverviewController,
  SessionsController,
  AppsController,
  PasswordChangeController,
  SecondFactorController,
  GoodbyeController,
];
