import { createAccessKeyCommand } from './create-access-key.command.ts';
import { doctorCommand } from './doctor.command.ts';
import { exportCommand } from './export.command.ts';
import { exportAuditCommand } from './export-audit.command.ts';
import { importCommand } from './import.command.ts';
import type { Command } from './parse.ts';
import { rotateDataKeysCommand } from './rotate-data-keys.command.ts';
import { rotateMasterKeyCommand } from './rotate-master-key.command.ts';
import { rotateSigningKeyCommand } from './rotate-signing-key.command.ts';

export const commands: readonly Command[] = [
  doctorCommand,
  createAccessKeyCommand,
  rotateMasterKeyCommand,
  rotateDataKeysCommand,
  rotateSigningKeyCommand,
  exportCommand,
  importCommand,
  exportAuditCommand,
];
