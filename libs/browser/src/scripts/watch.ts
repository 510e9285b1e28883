import { watchSession } from '../monitor/watch-session.js';
import { give } from './give.js';

give({ watchSession });
