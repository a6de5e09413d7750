import { afterAll } from 'vitest';
import { endLeftBehind } from '../helpers/process.ts';
import './offline.mjs';

// Not in the helper: files of one worker share its modules, so a hook in a helper would run for one file only.
afterAll(endLeftBehind);
