// What a window is, in words: whom it selects, when it recurs, who may lift it.
import type { OverrideTerms, Window, WindowSelector } from '../../api/types.ts';
import { counted, listed } from '../../words/text.ts';

export function selected_words(selector: WindowSelector | undefined): string {
  const parts = [
    ...(selector?.environments ?? []),
    ...(selector?.flows ?? []).map((each) => `flow ${each}`),
    ...(selector?.classes ?? []).map((each) => `${each} changes`),
    ...Object.entries(selector?.tags ?? {}).map(([key, value]) => `${key}=${value}`),
  ];
  return listed(parts) || 'everything';
}

export function when_words(window: Window): string {
  const every = window.rrule ?? window.cron;
  if (every) return `${every}${window.start ? `, from ${window.start}` : ''}, for ${window.duration ?? ''}`;
  return [window.from && `from ${window.from.slice(0, 16)}`, window.until && `until ${window.until.slice(0, 16)}`]
    .filter(Boolean)
    .join(' ');
}

export function override_words(terms: OverrideTerms | null | undefined): string {
  if (!terms) return 'nobody may lift it';
  const who = terms.roles?.length ? listed(terms.roles) : 'who may approve';
  return `lifted by ${counted(terms.number ?? 1, 'person', 'people')} of ${who}, at most ${terms.longest ?? '4h'}${terms.ticket ? ', with a ticket' : ''}`;
}
