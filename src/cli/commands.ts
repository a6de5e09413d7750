import type { Command } from './parse.ts';
import { rotateDataKeysCommand } from './rotate-data-keys.command.ts';
import { rotateMasterKeyCommand } from './rotate-master-key.command.ts';

export const commands: readonly Command[] = [rotateMasterKeyCommand, rotateDataKeysCommand];
