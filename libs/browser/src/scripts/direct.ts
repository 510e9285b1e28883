import { createDirectSession } from '../direct/create-direct-session.js';
import { give } from './give.js';

give({ createDirectSession });
