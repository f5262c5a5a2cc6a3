import { Tabs } from '@mantine/core';
import { useLayoutEffect, useRef, type ReactNode } from 'react';

// A line of tabs that may be wider than the screen: it shows the chosen one, and the page itself stays where it is.
export function TabLine({ chosen, children }: { chosen: string; children: ReactNode }) {
  const list = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    const line = list.current;
    const tab = line?.querySelector('[aria-selected="true"]');
    if (!line || !tab) return;
    const [outer, inner] = [line.getBoundingClientRect(), tab.getBoundingClientRect()];
    line.scrollLeft += inner.left - outer.left - (outer.width - inner.width) / 2;
  }, [chosen]);
  return (
    <Tabs.List ref={list} mb="sm">
      {children}
    </Tabs.List>
  );
}
