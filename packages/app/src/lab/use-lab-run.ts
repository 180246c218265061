import type { MessageInitShape } from '@bufbuild/protobuf';
import { ConnectError } from '@connectrpc/connect';
import type { LabReport, RunLabRequestSchema } from '@streamlings/proto/streamlings/hub/v1/hub';
import type { Timeline } from '@streamlings/wire/draw';
import { useCallback, useEffect, useReducer, useRef } from 'react';
import { hub } from '../hub.ts';
import { addPiece } from './timeline.ts';

/** A call of the lab, as far as it has come. */
export interface LabRun {
  phase: 'waiting' | 'running' | 'over';
  /** What was asked, and what was guessed. */
  asked: { question: string; guess: number } | undefined;
  timeline: Timeline | undefined;
  /** What the server has printed. */
  output: string;
  report: LabReport | undefined;
  /** Why there is no report. */
  problem: string;
}

type News =
  | { kind: 'start'; asked: NonNullable<LabRun['asked']> }
  | { kind: 'wire'; piece: Timeline }
  | { kind: 'output'; text: string }
  | { kind: 'report'; report: LabReport }
  | { kind: 'problem'; problem: string };

const waiting: LabRun = {
  phase: 'waiting',
  asked: undefined,
  timeline: undefined,
  output: '',
  report: undefined,
  problem: '',
};

/** Makes calls of the lab, one at a time; a new one, or leaving the page, ends the one before. */
export function useLabRun() {
  const [run, tell] = useReducer(take, waiting);
  const leaving = useRef<AbortController>(undefined);
  useEffect(() => () => leaving.current?.abort(), []);

  const call = useCallback(
    async (
      request: MessageInitShape<typeof RunLabRequestSchema>,
      asked: NonNullable<LabRun['asked']>,
    ): Promise<void> => {
      leaving.current?.abort();
      const own = new AbortController();
      leaving.current = own;
      tell({ kind: 'start', asked });
      try {
        for await (const { body } of hub.runLab(request, { signal: own.signal })) {
          if (own.signal.aborted) return;
          if (body.case === 'wire') tell({ kind: 'wire', piece: body.value as unknown as Timeline });
          else if (body.case === 'output') tell({ kind: 'output', text: body.value });
          else if (body.case === 'report') tell({ kind: 'report', report: body.value });
        }
      } catch (error) {
        if (own.signal.aborted) return;
        tell({ kind: 'problem', problem: ConnectError.from(error).rawMessage });
      }
    },
    [],
  );
  return { run, call };
}

function take(run: LabRun, news: News): LabRun {
  switch (news.kind) {
    case 'start':
      return { ...waiting, phase: 'running', asked: news.asked };
    case 'wire':
      return { ...run, timeline: addPiece(run.timeline, news.piece) };
    case 'output':
      return { ...run, output: run.output + news.text };
    case 'report':
      return { ...run, phase: 'over', report: news.report };
    case 'problem':
      return { ...run, phase: 'over', problem: news.problem };
  }
}
