// CodeMirror for policies: YAML with the fields of the published schema, Rego with its words, in the page's colours.
import { autocompletion, closeBrackets, completionKeymap } from '@codemirror/autocomplete';
import { defaultKeymap, history, historyKeymap } from '@codemirror/commands';
import { yaml } from '@codemirror/lang-yaml';
import { HighlightStyle, StreamLanguage, indentOnInput, syntaxHighlighting } from '@codemirror/language';
import { lintGutter, linter } from '@codemirror/lint';
import { Compartment, EditorState } from '@codemirror/state';
import {
  EditorView,
  drawSelection,
  highlightActiveLine,
  hoverTooltip,
  keymap,
  lineNumbers,
} from '@codemirror/view';
import { tags } from '@lezer/highlight';
import { complete, explain, find_faults } from './assist.ts';
import { form_of } from './form-of.ts';
import { rego } from './rego.ts';

const colours = HighlightStyle.define([
  { tag: [tags.propertyName, tags.definition(tags.propertyName)], color: 'var(--water-text)' },
  { tag: tags.keyword, color: 'var(--water-text)', fontWeight: '600' },
  { tag: [tags.comment, tags.meta], color: 'var(--quiet)' },
  { tag: tags.string, color: 'var(--text)' },
  { tag: [tags.number, tags.bool, tags.null], color: 'var(--amber-text)' },
]);

const look = EditorView.theme({
  '&': { backgroundColor: 'var(--card)', color: 'var(--text)', fontSize: '13px' },
  '&.cm-focused': { outline: 'none' },
  '.cm-scroller': { fontFamily: 'var(--mono)', lineHeight: '1.5', maxHeight: '60vh', minHeight: '180px', overflow: 'auto' },
  '.cm-content': { caretColor: 'var(--text)', padding: '8px 0' },
  '.cm-cursor': { borderLeftColor: 'var(--text)' },
  '.cm-gutters': { backgroundColor: 'var(--ground)', color: 'var(--quiet)', border: 'none', borderRight: '1px solid var(--line)' },
  '.cm-activeLine, .cm-activeLineGutter': { backgroundColor: 'color-mix(in srgb, var(--shallow) 25%, transparent)' },
  '&.cm-focused .cm-selectionBackground, .cm-selectionBackground': { backgroundColor: 'var(--shallow) !important' },
  '.cm-tooltip': {
    backgroundColor: 'var(--card)',
    color: 'var(--text)',
    border: '1px solid var(--line)',
    borderRadius: '6px',
    maxWidth: '420px',
    fontFamily: 'system-ui, sans-serif',
    fontSize: '13px',
    boxShadow: '0 6px 20px rgb(0 0 0 / 16%)',
  },
  '.cm-tooltip.cm-tooltip-autocomplete > ul': { fontFamily: 'var(--mono)', maxHeight: '16em' },
  '.cm-tooltip.cm-tooltip-autocomplete > ul > li[aria-selected]': { backgroundColor: 'var(--shallow)', color: 'var(--text)' },
  '.cm-completionMatchedText': { textDecoration: 'none', fontWeight: '700' },
  '.cm-completionDetail': { color: 'var(--quiet)' },
  '.cm-completionInfo, .cm-help': { padding: '6px 10px' },
  '.cm-diagnostic-warning': { borderLeft: '4px solid var(--amber)' },
  '.cm-diagnostic-error': { borderLeft: '4px solid var(--red)' },
});

const language = (text: string) =>
  form_of(text) === 'rego' ? StreamLanguage.define(rego) : yaml();

export function make_editor(
  root: ShadowRoot,
  text: string,
  label: string,
  change: (text: string) => void,
): EditorView {
  const form = new Compartment();
  let now = form_of(text);
  const view: EditorView = new EditorView({
    root,
    parent: root,
    state: EditorState.create({
      doc: text,
      extensions: [
        lineNumbers(),
        history(),
        drawSelection(),
        indentOnInput(),
        closeBrackets(),
        highlightActiveLine(),
        form.of(language(text)),
        syntaxHighlighting(colours),
        autocompletion({ override: [complete], icons: false }),
        hoverTooltip(explain),
        linter(find_faults, { delay: 400 }),
        lintGutter(),
        keymap.of([...completionKeymap, ...historyKeymap, ...defaultKeymap]),
        look,
        EditorView.lineWrapping,
        EditorView.contentAttributes.of({ 'aria-label': label, spellcheck: 'false', tabindex: '0' }),
        EditorView.updateListener.of((update) => {
          if (!update.docChanged) return;
          const next = update.state.doc.toString();
          change(next);
          if (form_of(next) === now) return;
          now = form_of(next);
          view.dispatch({ effects: form.reconfigure(language(next)) });
        }),
      ],
    }),
  });
  return view;
}
