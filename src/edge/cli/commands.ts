import { Role } from '../../platform/db/generated/enums.ts';
import type { Command } from './parse.ts';

/**
 * The commands of the tool. The code of a command is loaded only when it runs, because most commands need a
 * large part of the server, and `help` needs none of it.
 */
export const commands: readonly Command[] = [
  {
    name: 'doctor',
    syntax: '',
    summary: 'check everything that a server needs, and say how to fix what is wrong',
    options: {},
    load: async () => (await import('./doctor.command.ts')).run,
  },
  {
    name: 'create-access-key',
    syntax: '--name NAME --role ROLE [--project ID]',
    summary: `create an access key and print it once; ROLE is one of ${Object.keys(Role).join(', ')}`,
    options: {
      name: { type: 'string', required: true },
      role: { type: 'string', required: true },
      project: { type: 'string' },
    },
    load: async () => (await import('./create-access-key.command.ts')).run,
  },
  {
    name: 'rotate-master-key',
    syntax: '',
    summary: 'make the first key of MASTER_KEYS active, and wrap every data key with it',
    options: {},
    load: async () => (await import('./rotate-master-key.command.ts')).run,
  },
  {
    name: 'rotate-data-keys',
    syntax: '[--project ID]',
    summary: 'create new data keys, and seal every value again with them',
    options: { project: { type: 'string' } },
    load: async () => (await import('./rotate-data-keys.command.ts')).run,
  },
  {
    name: 'rotate-signing-key',
    syntax: '[--compromised]',
    summary: 'replace the key that signs connect tokens',
    options: { compromised: { type: 'boolean' } },
    load: async () => (await import('./rotate-signing-key.command.ts')).run,
  },
  {
    name: 'export',
    syntax: '--file PATH',
    summary:
      'write everything to a new file; its secrets stay sealed and need the same MASTER_KEYS',
    options: { file: { type: 'string', required: true } },
    load: async () => (await import('./export.command.ts')).run,
  },
  {
    name: 'import',
    syntax: '--file PATH',
    summary: 'fill an empty database from such a file, completely or not at all',
    options: { file: { type: 'string', required: true } },
    load: async () => (await import('./import.command.ts')).run,
  },
  {
    name: 'export-audit',
    syntax: '--since TIME',
    summary:
      'print the audit log since a time such as 2026-01-31 or 2026-01-31T12:00Z, as JSON lines',
    options: { since: { type: 'string', required: true } },
    load: async () => (await import('./export-audit.command.ts')).run,
  },
];
