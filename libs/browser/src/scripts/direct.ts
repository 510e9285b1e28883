import { createDirectSession } from '../direct/create-direct-session.js';
import { watchSession } from '../monitor/watch-session.js';
import { give } from './give.js';

give({ createDirectSession, watchSession });
