// What the editor knows while one writes: fields and values that may stand here, what a field means, what is strange.
import type { CompletionContext, CompletionResult } from '@codemirror/autocomplete';
import { ensureSyntaxTree } from '@codemirror/language';
import type { Diagnostic } from '@codemirror/lint';
import type { EditorView, Tooltip } from '@codemirror/view';
import { form_of } from './form-of.ts';
import { fields_at, help_at, path_behind, read_lines, strange_fields, values_at, type Schema } from './schema.ts';

const parse_ms = 500; // a tree that is not whole has errors of its own

let asked: Promise<Schema | null> | undefined;

// The published schema, asked for once; without it one writes without help.
const published = (): Promise<Schema | null> =>
  (asked ??= fetch('/v1/policy.schema.json', { credentials: 'omit' })
    .then((answer) => (answer.ok ? (answer.json() as Promise<Schema>) : null))
    .catch(() => null));

const is_yaml = (text: string) => form_of(text) === 'yaml' && !/^_schema:/m.test(text);

export async function complete(context: CompletionContext): Promise<CompletionResult | null> {
  const text = context.state.doc.toString();
  const root = is_yaml(text) ? await published() : null;
  if (!root) return null;
  const line = context.state.doc.lineAt(context.pos);
  const before = line.text.slice(0, context.pos - line.from);
  const lines = read_lines(text);
  const here = lines[line.number - 1];
  if (!here || (here.text && before.trim() !== '')) return null;
  const value = /^\s*(?:- +)*[\w.-]+:\s+(\S*)$/.exec(before);
  if (value) {
    const options = values_at(root, here.path).map((label) => ({ label, type: 'enum' }));
    return options.length ? { from: context.pos - (value[1] ?? '').length, options } : null;
  }
  const key = /^(\s*(?:- +)*)([\w.-]*)$/.exec(before);
  if (!key || (!context.explicit && !key[2])) return null;
  const [, lead = '', typed = ''] = key;
  const path = path_behind(text, line.number - 1, lead);
  if (!path) return null;
  const indent = ' '.repeat(lead.length);
  const options = fields_at(root, path).map((field) => ({
    label: field.name,
    type: 'property',
    detail: field.required ? 'must be given' : '',
    info: field.help,
    apply: `${field.name}:${field.list ? `\n${indent}  - ` : field.nested ? `\n${indent}  ` : ' '}`,
  }));
  return options.length ? { from: context.pos - typed.length, options, validFor: /^[\w.-]*$/ } : null;
}

// What the field under the pointer means.
export async function explain(view: EditorView, place: number): Promise<Tooltip | null> {
  const text = view.state.doc.toString();
  const root = is_yaml(text) ? await published() : null;
  const line = view.state.doc.lineAt(place);
  const here = read_lines(text)[line.number - 1];
  if (!root || !here?.key) return null;
  const start = line.from + line.text.indexOf(here.key);
  const words = help_at(root, here.path);
  if (!words || place < start || place > start + here.key.length) return null;
  return {
    pos: start,
    end: start + here.key.length,
    create: () => {
      const dom = document.createElement('div');
      dom.className = 'cm-help';
      dom.textContent = words;
      return { dom };
    },
  };
}

// Broken YAML, and fields that are not known where they stand. The server has the last word.
export async function find_faults(view: EditorView): Promise<Diagnostic[]> {
  const text = view.state.doc.toString();
  if (!is_yaml(text)) return [];
  const found: Diagnostic[] = [];
  ensureSyntaxTree(view.state, text.length, parse_ms)?.iterate({
    enter: (node) => {
      if (!node.type.isError) return;
      const line = view.state.doc.lineAt(node.from);
      found.push({ from: line.from, to: line.to, severity: 'error', message: 'This is no YAML.' });
    },
  });
  const root = await published();
  for (const strange of root && text === view.state.doc.toString() ? strange_fields(root, read_lines(text)) : []) {
    const line = view.state.doc.line(strange.line + 1);
    const from = line.from + Math.max(0, line.text.indexOf(strange.key));
    found.push({ from, to: from + strange.key.length, severity: 'warning', message: strange.words });
  }
  return found;
}
