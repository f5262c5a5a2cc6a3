// The present, shared by all relative times of the page, moving once a second while the page is visible.
import { useSyncExternalStore } from 'react';

let now = Date.now();
const listeners = new Set<() => void>();
let timer: ReturnType<typeof setInterval> | undefined;

function tick() {
  if (document.hidden) return;
  now = Date.now();
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void) {
  listeners.add(listener);
  if (!timer) {
    now = Date.now();
    timer = setInterval(tick, 1000);
  }
  return () => {
    listeners.delete(listener);
    if (listeners.size > 0) return;
    clearInterval(timer);
    timer = undefined;
  };
}

// The present in steps of `step_ms`: what shows it is drawn again once a step, and not at all for a step of infinity.
export const useNow = (step_ms = 1000) =>
  useSyncExternalStore(subscribe, () => (Number.isFinite(step_ms) ? Math.floor(now / step_ms) * step_ms : 0));

// Words that follow the present; drawn again only when they change.
export const useWords = (words: (now: number) => string) => useSyncExternalStore(subscribe, () => words(now));
