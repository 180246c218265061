import { readFile } from 'node:fs/promises';

/** File systems that do not report the changes that are made on their other side. */
const silentFileSystems =
  /^(9p|drvfs|fakeowner|nfs4?|cifs|smb[23]?|smbfs|vboxsf|prl_fs|virtiofs|fuse(\..+)?|osxfs)$/;

/**
 * Says why files below a path have to be polled, in a few words; undefined where their changes are reported.
 *
 * @param mounts the text of `/proc/self/mounts`; empty on other systems than Linux.
 */
export function choosePolling(path: string, env: NodeJS.ProcessEnv, mounts: string): string | undefined {
  if (env.STREAMLINGS_POLL === '1') return 'STREAMLINGS_POLL=1';
  if (env.STREAMLINGS_POLL === '0') return undefined;
  const points = mounts
    .split('\n')
    .map((line) => line.split(' '))
    .map(([, point = '', type = '']) => ({ point: point.replaceAll('\\040', ' '), type }))
    .filter(({ point }) => point === '/' || path === point || path.startsWith(`${point}/`))
    .sort((a, b) => b.point.length - a.point.length);
  const [mount] = points;
  return mount && silentFileSystems.test(mount.type) ? `${mount.point} is a ${mount.type} mount` : undefined;
}

/** Reads what is mounted; empty where the system does not say. */
export async function readMounts(): Promise<string> {
  return readFile('/proc/self/mounts', 'utf8').catch(() => '');
}
