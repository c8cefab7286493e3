import type { Command } from './command.ts'

interface CommandEntry {
  readonly name: string
  readonly synopsis: string
  readonly summary: string
  /** Loads what the command needs, which for some is little. */
  readonly load: () => Promise<Command>
}

export const commands: readonly CommandEntry[] = [
  {
    name: 'serve',
    synopsis: 'serve [--welcome]',
    summary: 'Serve the API until SIGTERM or SIGINT. --welcome tells what is being done and where to look.',
    load: async () => (await import('./serve.ts')).serve,
  },
  {
    name: 'migrate',
    synopsis: 'migrate',
    summary: "Bring the database's schema up to date. Safe while other nodes run.",
    load: async () => (await import('./migrate.ts')).migrate,
  },
  {
    name: 'create-admin',
    synopsis: 'create-admin --email E --name N --surname S',
    summary:
      'Create an administrator. The password comes from a prompt or standard input. An existing account is promoted.',
    load: async () => (await import('./create-admin.ts')).createAdmin,
  },
  {
    name: 'doctor',
    synopsis: 'doctor [--fix] [--json]',
    summary:
      'Check configuration, database, storage, and rows against bytes both ways, parts of unfinished uploads too. --fix mends what it can. Ends with 0 where all is well, 1 where not, 2 where it could not check.',
    load: async () => (await import('./doctor.ts')).doctor,
  },
  {
    name: 'sweep',
    synopsis: 'sweep [--older-than HOURS] [--force] [--dry-run] [--json]',
    summary:
      'Remove what crashes and failed removals left, older than 24 hours or HOURS. Safe while the app runs. --dry-run only tells.',
    load: async () => (await import('./sweep.ts')).sweep,
  },
  {
    name: 'scrub',
    synopsis: 'scrub [--rate 20MB] [--older-than DAYS] [--fix] [--json]',
    summary:
      'Read all content, the longest unverified first, and compare its SHA-256. --fix marks what is damaged. May be stopped at any time.',
    load: async () => (await import('./scrub.ts')).scrub,
  },
  {
    name: 'storage',
    synopsis: 'storage copy --from STORE --to STORE [--new] [--verify] [--json]',
    summary:
      'Copy all content from one store to another; each is disk, gcs or s3, or disk:FOLDER, gcs:BUCKET, s3:BUCKET. Safe while the app runs, goes on where it was stopped. --new makes the target in an empty folder. --verify reads the target too.',
    load: async () => (await import('./storage.ts')).storage,
  },
  {
    name: 'healthcheck',
    synopsis: 'healthcheck [--live]',
    summary:
      'Ask the server that runs with this configuration whether it is ready for requests, or with --live only whether it runs. For containers: ends with 0 or 1.',
    load: async () => (await import('./healthcheck.ts')).healthcheck,
  },
  {
    name: 'config',
    synopsis: 'config',
    summary: 'Print the configuration in force, without secrets.',
    load: async () => (await import('./show-config.ts')).showConfig,
  },
]

export function usage(): string {
  const rows = commands.map(({ synopsis, summary }) => `  ${synopsis}\n      ${summary}\n`)
  return `audiohost: self-hosted audio

usage: audiohost COMMAND

${rows.join('')}
Settings come from the environment and from .env; see .env.example.
`
}
