// `import { IconX } from '@tabler/icons-react'` would have the bundler read six thousand icons to keep a dozen. This plugin
// turns each name into an import of its own file.
import type { Plugin } from 'vite';

const whole = /import\s*\{([^}]+)\}\s*from\s*'@tabler\/icons-react';?/g;

export function singleIcons(): Plugin {
  return {
    name: 'single-icons',
    enforce: 'pre',
    transform(code, id) {
      if (!/\/ui\/src\/.*\.tsx?$/.test(id) || !code.includes('@tabler/icons-react')) return null;
      const single = (_: string, names: string) =>
        names
          .split(',')
          .map((name) => name.trim())
          .filter(Boolean)
          .map((name) => `import ${name} from '@tabler/icons-react/dist/esm/icons/${name}.mjs';`)
          .join(' ');
      return { code: code.replace(whole, single), map: null };
    },
  };
}
