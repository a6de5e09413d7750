import { afterAll } from 'vitest';
import { endLeftBehind } from '../helpers/process.ts';

// Here and not in the helper: files of one worker share its modules, and so would run a hook of it once.
afterAll(endLeftBehind);
