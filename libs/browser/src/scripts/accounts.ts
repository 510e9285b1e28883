import { accounts } from '../accounts/accounts.js';
import { give } from './give.js';

give({ accounts });
