// The words a person types above a table: `verdict:unknown name:api since:1h -host:db "two words"`.
// A known field matches when its text contains the value; `since:` takes a span; anything else must appear somewhere.
import { span_of } from './time.ts';

export interface Term {
  field: string;
  value: string;
  not: boolean;
}
export interface Field<Row> {
  name: string;
  text: (row: Row) => string;
}
export interface Fields<Row> {
  fields: Field<Row>[];
  time?: (row: Row) => number;
}

const word = /(-?)(?:([a-z_]+):)?(?:"([^"]*)"|(\S+))/g;

export function parse(words: string, known: readonly string[]): Term[] {
  return [...words.matchAll(word)].map((found) => {
    const [, minus, field = '', quoted, bare = ''] = found;
    const value = (quoted ?? bare).toLowerCase();
    const not = minus === '-';
    if (field === 'since' || known.includes(field)) return { field, value, not };
    return { field: '', value: (field ? `${field}:` : '') + value, not };
  });
}

export function matches<Row>(row: Row, terms: Term[], by: Fields<Row>, now: number): boolean {
  return terms.every((term) => holds(row, term, by, now) !== term.not);
}

function holds<Row>(row: Row, term: Term, by: Fields<Row>, now: number): boolean {
  if (term.field === 'since') {
    const span = span_of(term.value);
    return span === null || !by.time || by.time(row) >= now - span;
  }
  const chosen = term.field ? by.fields.filter((field) => field.name === term.field) : by.fields;
  return chosen.some((field) => field.text(row).toLowerCase().includes(term.value));
}
