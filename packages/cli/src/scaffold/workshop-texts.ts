/** Writes the README of a new workshop. */
export const readme = (number: string, title: string): string => `# ${number} · ${title}

About 60 minutes. You need lessons 01 and 02.

Say in one paragraph in which situation the room is, and what everybody will have in front of them at the end.

## What you build

Describe it as a colleague would, with one sequence diagram.

## Agenda

| Step | What | Minutes |
| --- | --- | --- |
| 1 | [UnaryCall](steps/01.md) | 30 |
| 2 | [ServerStreaming](steps/02.md) | 30 |

## How to work

\`\`\`sh
pnpm start workshop-${number}                                  # checks your files on every save
pnpm test --filter workshop-${number} -- --step 1              # grades one step
pnpm streamlings catch-up workshop-${number} --step 2          # brings you to the beginning of step 2
\`\`\`

## Further reading

- [Core concepts of gRPC](https://grpc.io/docs/what-is-grpc/core-concepts/)
`;

/** Writes the page of a step of a new workshop. */
export const stepPage = (step: number, title: string, check: string): string => `# Step ${step} · ${title}

About 30 minutes.

Say what is there now and what is missing.

## Your task

Open \`src/server.ts\`. Answer \`${title}\` as the contract says.

## What the checks look for

- ${check}

## Hints

<details>
<summary>Where to look</summary>

Say where, not what.

</details>

<details>
<summary>Which tool</summary>

Name it, and leave its use to the reader.

</details>

## When it passes

Name one thing to watch on the wire, and a foreign client that calls it.
`;

/** Writes the notes for the instructor of a new workshop. */
export const instructorNotes = (
  number: string,
  title: string,
): string => `# ${number} · ${title}: for the instructor

## Timing

Say when to stop each step, and what may be cut.

## What to say

Give the opening in three sentences.

## Where people get stuck

- L1-07: name what it looks like in the room, and the question that helps.

## Questions to ask

- Ask for what nobody has tried yet.

## Demo

Give the commands of each terminal, in order.

## How to shorten

Say which step everybody can skip with \`pnpm streamlings catch-up workshop-${number} --step 2\`.
`;
