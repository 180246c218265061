#!/usr/bin/env node
import module from 'node:module';
import { join } from 'node:path';

const [major, minor] = process.versions.node.split('.').map(Number);

if (major < 22 || (major === 22 && minor < 18)) {
  console.error(
    `Streamlings needs Node 22.18 or newer, and this is Node ${process.versions.node}: run \`npx --yes pnpm@12.18.0 start\` in the course's folder, which brings its own Node.`,
  );
  process.exitCode = 2;
} else {
  // A third of the time until something is on the screen; the processes that grade have none.
  module.enableCompileCache(join(import.meta.dirname, '../node_modules/.cache'));
  await import('../src/main.ts');
}
