// The state of a table lives in the page's address: what is filtered, sorted and shown can be sent to somebody else.
import { useSearchParams } from 'wouter';

export function useUrlState(names: readonly string[], prefix = '') {
  const [params, setParams] = useSearchParams();
  const value = (name: string) => params.get(prefix + name) ?? '';
  const set = (values: Record<string, string>) => {
    setParams(
      (before) => {
        const next = new URLSearchParams(before);
        for (const [name, text] of Object.entries(values)) {
          if (text) next.set(prefix + name, text);
          else next.delete(prefix + name);
        }
        return next;
      },
      { replace: true },
    );
  };
  return {
    values: Object.fromEntries(names.map((name) => [name, value(name)])) as Record<string, string>,
    set,
  };
}
