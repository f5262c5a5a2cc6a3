// What the published JSON Schema of policies says about a place in a YAML text: which fields may stand there, what they
// mean, and which values they take. Only what the schema itself uses: $ref, properties, items, anyOf, enum.
export interface Schema {
  $ref?: string;
  $defs?: Record<string, Schema>;
  type?: string | string[];
  description?: string;
  properties?: Record<string, Schema>;
  additionalProperties?: Schema | boolean;
  required?: string[];
  items?: Schema;
  anyOf?: Schema[];
  oneOf?: Schema[];
  enum?: unknown[];
  const?: unknown;
}

export interface Line {
  indent: number; // of its key, behind the dashes of a list
  key: string | null;
  value: string;
  path: string[]; // the keys above and this one; '[]' for a list's items
  text: boolean; // a line of a block of text, a comment, or empty: no field
}

const key_at = /^(\s*(?:- +)*)(?:(["']?)([\w.$-]+)\2\s*:(?=\s|$))?(.*)$/;

interface Above {
  indent: number;
  step: string;
}

// Reads a YAML text in block style line by line, as far as places need it.
export function read_lines(text: string): Line[] {
  const above: Above[] = [];
  let block = -1; // the indent of the key whose text follows
  return text.split('\n').map((line) => {
    const bare = line.search(/\S/);
    if (bare < 0 || (block >= 0 && bare > block) || line.trimStart().startsWith('#'))
      return { indent: Math.max(0, bare), key: null, value: '', path: above.map((each) => each.step), text: true };
    block = -1;
    const [, lead = '', , key, rest = ''] = key_at.exec(line) ?? [];
    for (let at = bare; at < lead.length; at++) {
      if (line[at] !== '-') continue;
      leave(above, at, true);
      above.push({ indent: at, step: '[]' });
    }
    leave(above, lead.length, false);
    const path = [...above.map((each) => each.step), ...(key ? [key] : [])];
    if (key) above.push({ indent: lead.length, step: key });
    if (key && /^\s*[|>][-+\d]*\s*(#.*)?$/.test(rest)) block = lead.length;
    return { indent: lead.length, key: key ?? null, value: rest.trim(), path, text: false };
  });
}

// A list may stand at the indent of its key; a field may not.
function leave(above: Above[], indent: number, dash: boolean) {
  for (let last = above.at(-1); last; last = above.at(-1)) {
    const stays = last.indent < indent || (dash && last.indent === indent && last.step !== '[]');
    if (stays) return;
    above.pop();
  }
}

// The path of a field that would stand in line `number` behind `lead` (spaces, dashes of a list); null inside a text.
export function path_behind(text: string, number: number, lead: string): string[] | null {
  const line = read_lines([...text.split('\n').slice(0, number), `${lead}field:`].join('\n')).at(-1);
  return !line || line.text ? null : line.path.slice(0, -1);
}

function resolved(root: Schema, schema: Schema | undefined): Schema[] {
  if (!schema) return [];
  if (schema.$ref) return resolved(root, root.$defs?.[schema.$ref.replace('#/$defs/', '')]);
  const some = schema.anyOf ?? schema.oneOf;
  return some ? some.flatMap((each) => resolved(root, each)) : [schema];
}

// All that may stand at a path; empty when nothing is known of it.
export function schemas_at(root: Schema, path: string[]): Schema[] {
  return path.reduce<Schema[]>(
    (found, step) =>
      found.flatMap((schema) =>
        step === '[]'
          ? resolved(root, schema.items)
          : resolved(root, schema.properties?.[step] ?? extra(schema)),
      ),
    resolved(root, root),
  );
}

const extra = (schema: Schema) =>
  typeof schema.additionalProperties === 'object' ? schema.additionalProperties : undefined;

// The words about a field, which stand beside the $ref of its value.
export function help_at(root: Schema, path: string[]): string {
  const key = path.at(-1) ?? '';
  const parents = schemas_at(root, path.slice(0, -1));
  return parents.map((each) => each.properties?.[key]?.description).find(Boolean) ?? '';
}

export interface Fields {
  name: string;
  help: string;
  list: boolean;
  nested: boolean;
  required: boolean;
}

export function fields_at(root: Schema, path: string[]): Fields[] {
  return schemas_at(root, path).flatMap((schema) =>
    Object.entries(schema.properties ?? {}).map(([name, property]) => {
      const value = resolved(root, property);
      return {
        name,
        help: property.description ?? '',
        list: value.some((each) => each.type === 'array'),
        nested: value.some((each) => each.type === 'object'),
        required: Boolean(schema.required?.includes(name)),
      };
    }),
  );
}

export const values_at = (root: Schema, path: string[]): string[] =>
  schemas_at(root, path).flatMap((schema) =>
    schema.type === 'boolean' ? ['true', 'false'] : [...(schema.enum ?? []), schema.const].filter(is_word),
  );
const is_word = (value: unknown): value is string => typeof value === 'string';

// Fields that the schema does not know where they stand, with what may stand there instead.
export function strange_fields(root: Schema, lines: Line[]): { line: number; key: string; words: string }[] {
  return lines.flatMap((line, number) => {
    if (line.text || !line.key) return [];
    const parents = schemas_at(root, line.path.slice(0, -1)).filter((each) => each.properties);
    if (parents.length === 0 || parents.some((each) => each.properties?.[line.key ?? ''] || extra(each))) return [];
    const known = parents.flatMap((each) => Object.keys(each.properties ?? {}));
    return [{ line: number, key: line.key, words: `There is no field '${line.key}' here; there is ${known.join(', ')}.` }];
  });
}
