/** The file descriptor through which a program talks to its check; the other ones are for what it prints. */
export const SAYS = 3;
