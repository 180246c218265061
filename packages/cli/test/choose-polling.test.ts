import { describe, expect, test } from 'vitest';
import { choosePolling } from '../src/engine/choose-polling.ts';

const mounts = `overlay / overlay rw 0 0
C:\\134 /mnt/c 9p rw 0 0
server:/home /home/me\\040too nfs4 rw 0 0
/dev/sdb /mnt/c/native ext4 rw 0 0
grpcfuse /workspaces fuse.grpcfuse rw 0 0
`;

describe('choosePolling()', () => {
  test.each([
    ['a Windows folder in WSL', '/mnt/c/course', '/mnt/c is a 9p mount'],
    ['a network folder', '/home/me too/course', '/home/me too is a nfs4 mount'],
    ['a folder of the host in a container', '/workspaces/course', '/workspaces is a fuse.grpcfuse mount'],
    ['an inner mount that reports changes', '/mnt/c/native/course', undefined],
    ['a folder whose name only begins like a mount', '/mnt/course', undefined],
    ['the disk of the machine', '/home/you/course', undefined],
  ])('decides about %s', (_what, path, reason) => {
    expect(choosePolling(path, {}, mounts)).toBe(reason);
  });

  test('does as the environment says', () => {
    expect(choosePolling('/home/you/course', { STREAMLINGS_POLL: '1' }, mounts)).toBe('STREAMLINGS_POLL=1');
    expect(choosePolling('/mnt/c/course', { STREAMLINGS_POLL: '0' }, mounts)).toBeUndefined();
  });
});
