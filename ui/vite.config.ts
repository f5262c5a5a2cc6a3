import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';
import { singleIcons } from './tools/icons.ts';
import { mantineVariables } from './tools/mantine-variables.ts';

const server = process.env['WEIR_URL'] ?? 'http://127.0.0.1:8787';

export default defineConfig({
  plugins: [singleIcons(), react(), mantineVariables()],
  server: { proxy: { '/v1': server, '/healthz': server } },
  build: {
    target: 'es2022',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 400,
    reportCompressedSize: false,
  },
});
