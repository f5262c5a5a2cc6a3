// What a flaw reaches, as nodes and edges: component → artifact → environment, the most used first.
import type { WhereRow } from '../../api/types.ts';
import { counted } from '../../words/text.ts';
import { component_words } from './words.ts';

interface Node {
  id: string;
  name: string;
  note: string;
  link: string;
}
interface Graph {
  columns: Node[][];
  more: number[]; // of each column, that are not drawn
  edges: [string, string][];
}

export const shown_max = 12; // of each column

export function graph_of(rows: WhereRow[]): Graph {
  const columns: Map<string, Node & { count: number }>[] = [new Map(), new Map(), new Map()];
  const edges = new Map<string, [string, string]>();
  const add = (at: number, id: string, name: string, link: string) => {
    const found = columns[at]?.get(id);
    if (found) found.count += 1;
    else columns[at]?.set(id, { id, name, link, note: '', count: 1 });
  };
  for (const row of rows) {
    const [component, artifact, environment] = [`c ${row.component}`, `a ${row.artifact}`, `e ${row.environment}`];
    add(0, component, component_words(row.component), `/where?query=${encodeURIComponent(row.component)}`);
    add(1, artifact, row.artifact_name || row.artifact.slice(7, 19), `/artifacts/${row.artifact}`);
    add(2, environment, row.environment, `/environments/${encodeURIComponent(row.environment)}`);
    edges.set(component + artifact, [component, artifact]);
    edges.set(artifact + environment, [artifact, environment]);
  }
  const ordered = columns.map((column) => [...column.values()].sort((a, b) => b.count - a.count));
  const drawn = ordered.map((column) =>
    column.slice(0, shown_max).map((node) => ({ ...node, note: counted(node.count, 'running copy', 'running copies') })),
  );
  const there = new Set(drawn.flat().map((node) => node.id));
  return {
    columns: drawn,
    more: ordered.map((column) => Math.max(0, column.length - shown_max)),
    edges: [...edges.values()].filter(([from, to]) => there.has(from) && there.has(to)),
  };
}
