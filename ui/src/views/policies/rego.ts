// The words of Rego for the editor: comments, strings, numbers, keywords.
import type { StreamParser } from '@codemirror/language';

const keywords = new Set(
  'package import default if else contains in every some not with as null true false'.split(' '),
);

export const rego: StreamParser<{ raw: boolean }> = {
  name: 'rego',
  startState: () => ({ raw: false }),
  token(stream, state) {
    if (state.raw) {
      state.raw = !stream.skipTo('`');
      if (state.raw) stream.skipToEnd();
      else stream.next();
      return 'string';
    }
    if (stream.eatSpace()) return null;
    if (stream.match('#')) {
      stream.skipToEnd();
      return 'comment';
    }
    if (stream.match('`')) {
      state.raw = true;
      return 'string';
    }
    if (stream.match(/^"(?:[^"\\]|\\.)*"?/)) return 'string';
    if (stream.match(/^-?\d+(?:\.\d+)?/)) return 'number';
    const word = stream.match(/^[A-Za-z_]\w*/);
    if (Array.isArray(word)) return keywords.has(word[0]) ? 'keyword' : 'variableName';
    stream.next();
    return null;
  },
  languageData: { commentTokens: { line: '#' } },
};
