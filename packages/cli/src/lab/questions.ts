/** What there is to count in a call at any moment. */
export interface Counts {
  /** What the lesson's server has produced, as its `lab.ts` counts. */
  produced: number;
  /** Whole messages that have passed from the client. */
  fromClient: number;
  /** Whole messages that have passed from the server. */
  fromServer: number;
  /** WINDOW_UPDATE frames that the client has sent for streams. */
  streamUpdates: number;
  /** Messages that the client's side has handed over to be sent. */
  written: number;
  /** Messages that the client's side has read. */
  received: number;
}

/** The counts of a moment. */
export interface Sighting extends Counts {
  /** When it was, in milliseconds of the tap's timeline. */
  atMs: number;
}

/** A moment of a call that a question is about; the end is the one from which nothing moves, if there is one. */
export type Moment = 'first produced' | 'second read' | 'half-close' | 'end';

/** A question that a call answers. */
export interface Question {
  text: string;
  moment: Moment;
  counts: keyof Counts;
}
