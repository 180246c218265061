import { execFile } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

const manifest = createRequire(import.meta.url).resolve('@bufbuild/buf/package.json');
const buf = join(dirname(manifest), 'bin/buf');

/** What a run of buf has said. */
export interface BufRun {
  ok: boolean;
  stdout: string;
  /** What went wrong, a line each; none if it went well. */
  problems: string[];
}

/** Runs buf with this Node and resolves with what it said; a proxy is for other machines than this one. */
export async function runBuf(args: string[], cwd: string): Promise<BufRun> {
  const { promise, resolve } = Promise.withResolvers<BufRun>();
  const env = { ...process.env, NO_PROXY: '127.0.0.1', no_proxy: '127.0.0.1' };
  execFile(process.execPath, [buf, ...args], { cwd, env }, (error, stdout, stderr) => {
    const said = `${stdout}\n${stderr}`.split('\n').filter((line) => line.trim() !== '');
    resolve({ ok: error === null, stdout, problems: error ? said : [] });
  });
  return promise;
}
