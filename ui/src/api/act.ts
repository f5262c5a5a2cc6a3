// Writes: send, say what happened, and read again what may have changed.
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { json, words_of } from './client.ts';
import { notify } from '../parts/notice.tsx';

interface Receipted {
  receipt?: { index: number } | null;
}
interface Act<Input> {
  method?: 'POST' | 'PUT' | 'DELETE';
  path: (input: Input) => string;
  body?: (input: Input) => unknown;
  done: (answer: Record<string, unknown>, input: Input) => string;
}

export function useAct<Input>(act: Act<Input>) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (input: Input) =>
      json<Record<string, unknown>>(act.path(input), {
        method: act.method ?? 'POST',
        body: act.body?.(input),
      }),
    onSuccess: (answer, input) => {
      notify(act.done(answer, input), { entry: (answer as Receipted).receipt?.index });
      void client.invalidateQueries({ predicate: (query) => query.queryKey[0] !== 'fixed' });
    },
    onError: (error) => notify(words_of(error), { failed: true }),
  });
}
