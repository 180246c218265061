/** Adds two numbers. */
export type Subject = (a: number, b: number) => number;

export const right: Subject = (a, b) => a + b;
export const servers: Subject[] = [(a, b) => a - b, (a) => a];
