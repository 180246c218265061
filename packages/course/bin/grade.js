#!/usr/bin/env node
import '../src/grade/main.ts';
