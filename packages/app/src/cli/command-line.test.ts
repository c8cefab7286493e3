import { execFileSync } from 'node:child_process'
import { expect } from 'chai'
import { commandLine, neededVariables, type Start } from './command-line.ts'

const npmStart: Start = {
  script: '/home/ada/audiohost/scripts/start.mjs',
  folder: '/home/ada/audiohost',
  environment: { npm_command: 'start' },
  container: undefined,
}

describe('commandLine', () => {
  const bundle = '/srv/audiohost/bundle/audiohost.js'
  const cases: readonly (readonly [title: string, start: Partial<Start>, line: string])[] = [
    ['npm start', {}, 'npm run -s audiohost -- create-admin'],
    [
      'npm start with DATA_DIR',
      { environment: { DATA_DIR: '/var/lib/audio' } },
      'DATA_DIR=/var/lib/audio npm run -s audiohost -- create-admin',
    ],
    [
      'npm start with a relative DATA_DIR',
      { environment: { DATA_DIR: '../other' } },
      'DATA_DIR=/home/ada/other npm run -s audiohost -- create-admin',
    ],
    [
      'npx',
      {
        script: '/home/ada/.npm/_npx/ab/node_modules/.bin/audiohost',
        folder: '/home/ada',
        environment: { npm_command: 'exec', DATA_DIR: './my audio' },
      },
      "DATA_DIR='/home/ada/my audio' npx @audiohost/app create-admin",
    ],
    [
      'a global installation',
      { script: '/usr/local/bin/audiohost', environment: {} },
      'audiohost create-admin',
    ],
    [
      'the bundle',
      { script: bundle, folder: '/srv/audiohost', environment: {} },
      'node bundle/audiohost.js create-admin',
    ],
    [
      'the bundle from another folder',
      { script: bundle, folder: '/srv/data', environment: { DATA_DIR: '.' } },
      'DATA_DIR=/srv/data node ../audiohost/bundle/audiohost.js create-admin',
    ],
    [
      'a container',
      {
        script: '/app/bundle/audiohost.js',
        folder: '/app',
        environment: { DATA_DIR: '/data', DATABASE_URL: 'postgres://ann:secret@db/audio' },
        container: '3f2a9c',
      },
      'docker exec -it 3f2a9c node bundle/audiohost.js create-admin',
    ],
  ]
  for (const [title, start, line] of cases) {
    it(`continues from ${title}`, () => {
      expect(commandLine({ ...npmStart, ...start }, 'create-admin')).to.equal(line)
    })
  }

  it('quotes a folder for the shell', () => {
    const folder = `/tmp/it's "$HOME" \`here\``
    const [setting = ''] = commandLine({ ...npmStart, environment: { DATA_DIR: folder } }, '').split(' npm')
    expect(execFileSync('sh', ['-c', `${setting}; printf %s "$DATA_DIR"`]).toString()).to.equal(folder)
  })

  it('names what else the command needs, without its value', () => {
    const environment = { DATABASE_URL: 'postgres://ann:secret@db/audio', DB_HOST: '' }
    expect(neededVariables({ ...npmStart, environment })).to.deep.equal(['DATABASE_URL'])
    expect(neededVariables({ ...npmStart, environment, container: 'x' })).to.deep.equal([])
    expect(commandLine({ ...npmStart, environment }, '')).to.not.include('secret')
  })
})
