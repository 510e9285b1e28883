import { createSession } from '../gateway/create-session.js';
import { give } from './give.js';

give({ createSession });
