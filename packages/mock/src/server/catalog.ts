import type { DescMethod, Registry } from '@bufbuild/protobuf';
import { matches } from '../compile/pattern.ts';
import type { Scenario, Selector } from '../compile/scenario.ts';
import type { JsonObject } from '../dialect/json.ts';
import type { Received } from '../engine/scope.ts';

/** The methods of the services that a server mocks, and the scenarios for each, the more demanding first. */
export class Catalog {
  readonly registry: Registry;
  readonly #methods = new Map<string, { method: DescMethod; scenarios: Scenario[] }>();
  readonly #uses = new Map<Scenario, number>();

  constructor(registry: Registry, scenarios: readonly Scenario[]) {
    this.registry = registry;
    for (const method of listMethods(registry)) this.#methods.set(pathOf(method), { method, scenarios: [] });
    for (const scenario of scenarios) this.#methods.get(pathOf(scenario.method))?.scenarios.push(scenario);
    for (const { scenarios: own } of this.#methods.values())
      own.sort((a, b) => demands(b.selector) - demands(a.selector));
  }

  get scenarios(): Scenario[] {
    return [...this.#methods.values()].flatMap(({ scenarios }) => scenarios);
  }

  get services() {
    return new Set([...this.#methods.values()].map(({ method }) => method.parent));
  }

  /** How many calls a scenario has answered. */
  countUses(scenario: Scenario): number {
    return this.#uses.get(scenario) ?? 0;
  }

  /** Forgets how often each scenario was used. */
  resetUses(): void {
    this.#uses.clear();
  }

  /** @param path `/package.Service/Method` */
  find(path: string): { method: DescMethod; scenarios: readonly Scenario[] } | undefined {
    return this.#methods.get(path);
  }

  /** Whether the choice for a method depends on the first message. */
  needsMessage(path: string): boolean {
    return this.#methods.get(path)?.scenarios.some(({ selector }) => selector.message) ?? false;
  }

  /**
   * Chooses the scenario for a call: of those whose demands are met the most demanding one that is not used up; where all
   * are, the last.
   */
  choose(path: string, metadata: () => JsonObject, message: Received | undefined): Scenario | undefined {
    const fitting =
      this.#methods.get(path)?.scenarios.filter(({ selector }) => fits(selector, metadata, message)) ?? [];
    const chosen =
      fitting.find((scenario) => this.countUses(scenario) < scenario.selector.times) ?? fitting.at(-1);
    if (chosen) this.#uses.set(chosen, this.countUses(chosen) + 1);
    return chosen;
  }
}

/** Lists the methods of all services in a registry. */
export function listMethods(registry: Registry): DescMethod[] {
  return [...registry].flatMap((type) => (type.kind === 'service' ? type.methods : []));
}

/** The method's path in requests: `/package.Service/Method`. */
export function pathOf({ parent, name }: DescMethod): string {
  return `/${parent.typeName}/${name}`;
}

function fits(
  { metadata, message }: Selector,
  actual: () => JsonObject,
  first: Received | undefined,
): boolean {
  if (message && !(first && matches(message, first))) return false;
  return metadata.every(({ key, pattern }) => {
    const value = actual()[key];
    return typeof value === 'string' && matches(pattern, new TextOnly(value));
  });
}

function demands({ metadata, message }: Selector): number {
  const inMessage = message?.kind === 'subset' ? message.leaves.length : 1;
  return metadata.length + (message ? inMessage : 0);
}

/** A value of metadata, for patterns. */
class TextOnly implements Received {
  readonly view: JsonObject = {};
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }

  get json(): string {
    return this.text;
  }

  get byteLength(): number {
    return this.text.length;
  }
}
