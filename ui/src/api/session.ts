// Who is signed in, kept in sessionStorage: it ends with the browser's tab and no other origin can read it.
import { useSyncExternalStore } from 'react';

export interface Session {
  token: string;
  organization: string;
}

const key = 'weir.session';
const listeners = new Set<() => void>();
let current: Session | null = stored();
let why = '';

function stored(): Session | null {
  try {
    const text = sessionStorage.getItem(key);
    return text ? (JSON.parse(text) as Session) : null;
  } catch {
    return null;
  }
}

function tell() {
  for (const listener of listeners) listener();
}

export const session = () => current;
export const leave_reason = () => why;

export function enter(next: Session) {
  current = next;
  why = '';
  sessionStorage.setItem(key, JSON.stringify(next));
  tell();
}

export function leave(reason = '') {
  if (!current) return;
  current = null;
  why = reason;
  sessionStorage.removeItem(key);
  tell();
}

function subscribe(listener: () => void) {
  listeners.add(listener);
  return () => {
    listeners.delete(listener);
  };
}

export const useSession = () => useSyncExternalStore(subscribe, session);
