export { startFakeYandex, type FakeYandex, type FakeYandexOptions } from './fake-yandex.ts'
export { startScriptedServer, type ScriptedServer } from './scripted-server.ts'
