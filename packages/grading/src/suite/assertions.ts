import { chai, TestRunner } from 'vitest';

// What an assertion is made with before anything is compared.
const plumbing = new Set(['constructor', 'withTest', 'withContext', '_obj']);

/**
 * Watches from now on which tests compare something, by a matcher of vitest's, of chai's or of their own; vitest itself
 * counts `expect(value)` alone, which compares nothing.
 */
export function watchAssertions(): (test: object) => boolean {
  const asserting = new WeakSet<object>();
  const note = (assertion: object): void => {
    const test = chai.util.flag(assertion, 'vitest-test') ?? TestRunner.getCurrentTest();
    if (test) asserting.add(test);
  };
  const seen = new WeakSet();
  const watchMatchers = (): void => {
    const matchers = chai.Assertion.prototype as unknown as Record<string, unknown>;
    for (const [name, { value }] of Object.entries(Object.getOwnPropertyDescriptors(matchers))) {
      if (typeof value !== 'function' || plumbing.has(name) || seen.has(value)) continue;
      const watched = new Proxy(value, {
        apply(matcher, assertion, args) {
          note(assertion);
          return Reflect.apply(matcher, assertion, args);
        },
      });
      seen.add(watched);
      matchers[name] = watched;
    }
  };
  const { expect } = chai as unknown as { expect: { extend(...args: unknown[]): void } };
  const { extend } = expect;
  expect.extend = (...args) => {
    extend.apply(expect, args);
    watchMatchers();
  };
  watchMatchers();
  return (test) => asserting.has(test);
}
