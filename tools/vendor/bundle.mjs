// Makes static/vendor from node_modules: one ES module per library, its licences beside it, and vendor.lock over all.
import { build } from 'esbuild';
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';

const here = import.meta.dirname;
const root = path.resolve(here, '../..');
const out = path.join(root, 'static/vendor');
const testOut = path.join(root, 'tests/browser/vendor');
const from = (name) => path.join(here, 'node_modules', name);

const licenceOf = (name) => {
  const file = fs.readdirSync(from(name)).find((entry) => /^licen[cs]e(\.|$)/i.test(entry));
  if (!file) throw new Error(`${name} has no licence file`);
  return fs.readFileSync(path.join(from(name), file), 'utf8').trim();
};

function writeLicences(folder, packages) {
  const text = packages.map((name) => {
    const { version, license } = JSON.parse(fs.readFileSync(path.join(from(name), 'package.json'), 'utf8'));
    return `${name} ${version} (${license})\n\n${licenceOf(name)}\n`;
  });
  fs.writeFileSync(path.join(folder, 'LICENSE'), text.join(`\n${'-'.repeat(80)}\n\n`));
}

async function bundle(name, entry) {
  const folder = path.join(out, name);
  fs.mkdirSync(folder, { recursive: true });
  const result = await build({
    absWorkingDir: here,
    entryPoints: [`entries/${entry}.js`],
    outfile: path.join(folder, `${entry}.js`),
    bundle: true,
    format: 'esm',
    target: 'es2022',
    minify: true,
    metafile: true,
    legalComments: 'none',
    external: entry === 'preact' ? [] : ['preact'],
    alias: { '@bpmn-io/diagram-js-ui': './entries/diagram-js-ui.js' },
    plugins: [withoutNodeWorker]
  });
  const packages = new Set();
  for (const input of Object.keys(result.metafile.inputs)) {
    const found = input.match(/node_modules\/((?:@[^/]+\/)?[^/]+)\//g)?.at(-1);
    if (found) packages.add(found.slice('node_modules/'.length, -1));
  }
  writeLicences(folder, [...packages].sort());
}

// elkjs reaches for Node's "web-worker" package when no factory is given; in a browser it always is.
const withoutNodeWorker = {
  name: 'no-node-worker',
  setup(plugin) {
    plugin.onResolve({ filter: /^web-worker$/ }, () => ({ path: 'web-worker', namespace: 'empty' }));
    plugin.onLoad({ filter: /.*/, namespace: 'empty' }, () => ({ contents: 'export default null' }));
  }
};

function copy(folder, packages, files, target = out) {
  const destination = path.join(target, folder);
  fs.mkdirSync(destination, { recursive: true });
  for (const [source, name] of files) fs.copyFileSync(from(source), path.join(destination, name ?? path.basename(source)));
  writeLicences(destination, packages);
}

function copyFont() {
  const css = fs.readFileSync(from('@fontsource-variable/inter/index.css'), 'utf8');
  const names = [...css.matchAll(/\.\/files\/([\w-]+\.woff2)/g)].map((match) => match[1]);
  copy('inter', ['@fontsource-variable/inter'], names.map((name) => [`@fontsource-variable/inter/files/${name}`]));
  fs.writeFileSync(path.join(out, 'inter/inter.css'), css.replaceAll('./files/', './'));
}

function makeSprite() {
  const names = fs.readFileSync(path.join(here, 'icons.txt'), 'utf8').split('\n').map((line) => line.trim());
  const used = [...new Set(names.filter((line) => line && !line.startsWith('#')))].sort();
  const symbols = used.map((name) => {
    const svg = fs.readFileSync(from(`lucide-static/icons/${name}.svg`), 'utf8');
    const body = svg.slice(svg.indexOf('>', svg.indexOf('<svg')) + 1, svg.lastIndexOf('</svg>'));
    return `<symbol id="${name}" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="2" ` +
      `stroke-linecap="round" stroke-linejoin="round">${body.replace(/\s*\n\s*/g, '')}</symbol>`;
  });
  const folder = path.join(out, 'lucide');
  fs.mkdirSync(folder, { recursive: true });
  fs.writeFileSync(
    path.join(folder, 'sprite.svg'), `<svg xmlns="http://www.w3.org/2000/svg">\n${symbols.join('\n')}\n</svg>\n`
  );
  writeLicences(folder, ['lucide-static']);
}

function writeLock() {
  const lines = [];
  for (const base of [out, testOut]) {
    for (const file of fs.readdirSync(base, { recursive: true, withFileTypes: true })) {
      if (!file.isFile() || file.name === 'vendor.lock') continue;
      const full = path.join(file.parentPath, file.name);
      const sum = createHash('sha256').update(fs.readFileSync(full)).digest('hex');
      lines.push(`${sum}  ${path.relative(root, full).split(path.sep).join('/')}`);
    }
  }
  lines.sort((a, b) => (a.slice(66) < b.slice(66) ? -1 : 1));
  fs.writeFileSync(path.join(out, 'vendor.lock'), lines.join('\n') + '\n');
}

fs.rmSync(out, { recursive: true, force: true });
fs.rmSync(testOut, { recursive: true, force: true });
await bundle('preact', 'preact');
await bundle('diagram-js', 'diagram-js');
await bundle('elk', 'elk');
await bundle('codemirror', 'codemirror');
await bundle('uplot', 'uplot');
copy('elk', ['elkjs'], [['elkjs/lib/elk-worker.min.js']]);
copy('uplot', ['uplot'], [['uplot/dist/uPlot.min.css', 'uplot.css']]);
fs.copyFileSync(from('diagram-js/assets/diagram-js.css'), path.join(out, 'diagram-js/diagram-js.css'));
copy('htmx', ['htmx.org'], [['htmx.org/dist/htmx.min.js']]);
copy('idiomorph', ['idiomorph'], [['idiomorph/dist/idiomorph-ext.min.js'], ['idiomorph/dist/idiomorph.esm.js']]);
copy('swagger-ui', ['swagger-ui-dist'], [
  ['swagger-ui-dist/swagger-ui-bundle.js'], ['swagger-ui-dist/swagger-ui.css'], ['swagger-ui-dist/NOTICE'],
  ['swagger-ui-dist/swagger-ui-bundle.js.LICENSE.txt']
]);
copyFont();
makeSprite();
copy('axe-core', ['axe-core'], [['axe-core/axe.min.js'], ['axe-core/LICENSE-3RD-PARTY.txt']], testOut);
fs.writeFileSync(path.join(out, 'importmap.json'), JSON.stringify({
  imports: {
    preact: '/static/vendor/preact/preact.js',
    'diagram-js': '/static/vendor/diagram-js/diagram-js.js',
    elkjs: '/static/vendor/elk/elk.js',
    codemirror: '/static/vendor/codemirror/codemirror.js',
    uplot: '/static/vendor/uplot/uplot.js',
    idiomorph: '/static/vendor/idiomorph/idiomorph.esm.js'
  }
}, null, 2) + '\n');
writeLock();
