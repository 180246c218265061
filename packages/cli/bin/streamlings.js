#!/usr/bin/env node
const [major, minor] = process.versions.node.split('.').map(Number);

if (major < 22 || (major === 22 && minor < 18)) {
  console.error(
    `Streamlings needs Node 22.18 or newer, and this is Node ${process.versions.node}: run \`npx --yes pnpm@12.18.0 start\` in the course's folder, which brings its own Node.`,
  );
  process.exitCode = 2;
} else {
  await import('../src/main.ts');
}
