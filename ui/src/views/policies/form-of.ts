// Rego begins with its package, after comments; everything else is YAML.
export const form_of = (source: string): 'yaml' | 'rego' =>
  /^(?:\s|#[^\n]*\n)*package\s/.test(source) ? 'rego' : 'yaml';
