import open from 'open';

/** Opens an address in the browser, where there is one; a machine without a screen stays as it is. */
export async function openBrowser(url: string): Promise<void> {
  const { platform, env } = process;
  const hasScreen =
    platform !== 'linux' || Boolean(env.DISPLAY || env.WAYLAND_DISPLAY || env.WSL_DISTRO_NAME);
  if (!hasScreen || env.CI || env.SSH_CONNECTION) return;
  const browser = await open(url).catch(() => undefined);
  browser?.on('error', () => {});
}
