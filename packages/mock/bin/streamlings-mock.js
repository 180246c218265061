#!/usr/bin/env node
// The package's own name finds its sources in the workspace and what was built from them once installed.
import { main } from '@streamlings/mock/command';

await main(process.argv.slice(2));
