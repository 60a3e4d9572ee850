import { defineConfig } from 'vite';

// GraphiQL brings two fonts, a fifth of its size, under licences of their own; the reader's own fonts do as well.
const withoutFonts = {
  name: 'without-fonts',
  enforce: 'pre',
  transform: (code, id) => (id.endsWith('.css') ? code.replace(/@font-face\s*\{[^}]*\}/g, '') : null),
};

// One script and one style sheet with fixed names: two files to look at, to seal and to serve.
export default defineConfig({
  root: 'src',
  base: './',
  plugins: [withoutFonts],
  resolve: { alias: { 'react-style-singleton': new URL('src/no-style-elements.js', import.meta.url).pathname } },
  build: {
    outDir: '../../server/graphiql',
    emptyOutDir: true,
    assetsInlineLimit: 100_000,
    modulePreload: false,
    license: { fileName: 'LICENSES.md' },
    rolldownOptions: {
      checks: { moduleLevelDirective: false },
      output: { codeSplitting: false, entryFileNames: 'graphiql.js', assetFileNames: 'graphiql[extname]' },
    },
  },
});
