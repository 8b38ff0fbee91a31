// What scripts/page_test runs: node page_test.mjs PROGRAM MODULES FOLDER [SCREENSHOTS]
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';

const [program, modules, folder, screenshots] = process.argv.slice(2);
const { chromium } = createRequire(join(resolve(modules), 'x.js'))('playwright-core');
const inFolder = (name) => join(folder, name);
const asyncmark = (...words) => execFileSync(program, words, { stdio: ['ignore', 'ignore', 'pipe'] });
const read = (name) => JSON.parse(readFileSync(inFolder(name)));
const write = (name, json) => writeFileSync(inFolder(name), JSON.stringify(json));
// Of the repetitions that have it: of another one the memory may not be known.
const median = (values) => {
  const sorted = values.filter((value) => value !== undefined).sort((a, b) => a - b), half = sorted.length >> 1;
  return sorted.length % 2 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
};
const near = (a, b) => Math.abs(a - b) <= 1e-9 * Math.max(Math.abs(a), Math.abs(b));

/// The rows of single repetitions of a result by the names of their cases.
const rowsByCase = (result) => {
  const all = new Map();
  for (const row of result.benchmarks)
    if (row.run_type === 'iteration') all.set(row.asyncmark.case.name, [...(all.get(row.asyncmark.case.name) ?? []), row]);
  return all;
};

/// What a column of an exact table is in the rows of its case; percentiles of one repetition alone.
const ns = { ns: 1, us: 1e3, ms: 1e6, s: 1e9 };
const percentile = (key) => (rows) => (rows.length === 1 && key in rows[0] ? rows[0][key] / 1e6 : undefined);
const inJson = {
  'total time, ms': (rows) => inJson['time, median, ms'](rows),
  'time, median, ms': (rows) => median(rows.map((row) => (row.real_time * ns[row.time_unit]) / 1e6)),
  time_ns: (rows) => Math.trunc(median(rows.map((row) => Math.round(row.real_time * ns[row.time_unit])))),
  completed: (rows) => rows.reduce((sum, row) => sum + row.completed, 0),
  failed: (rows) => rows.reduce((sum, row) => sum + row.failed, 0),
  repetitions: (rows) => rows.length,
  ops_per_s: (rows) => median(rows.map((row) => row.ops_per_s)),
  'ops/s, median': (rows) => median(rows.map((row) => row.ops_per_s)),
  'bytes per operation in flight': (rows) => median(rows.map((row) => row.memory_bytes_per_op)),
  'CPU per operation, ns': (rows) => median(rows.map((row) => row.cpu_ns_per_op)),
  'p50, ms': (rows, chart) => percentile(`${chart.includes('response') ? 'response' : 'service'}_p50_ns`)(rows),
  'p99, ms': (rows, chart) => percentile(`${chart.includes('response') ? 'response' : 'service'}_p99_ns`)(rows),
};

/// Everything that is asked of a page, in the page.
const looked = () => {
  const texts = (row) => [...row.cells].map((cell) => cell.textContent);
  const tables = (root) => [...root.querySelectorAll('table')].map((table) => {
    const headings = texts(table.tHead.rows[0]);
    let shared; // By rows that begin with the same.
    const rows = [...table.tBodies[0].rows].map((row) => {
      const cells = texts(row);
      if (cells.length === headings.length) shared = cells[0];
      else cells.unshift(shared);
      return cells;
    });
    return { headings, rows };
  });
  return {
    charts: [...document.querySelectorAll('.chart')].map((figure) => ({
      id: figure.id,
      wanted: JSON.parse(figure.querySelector('.spec').textContent).data.values.length,
      drawn: figure.querySelectorAll('.picture svg [class*=points_marks] > path').length,
      said: figure.querySelector('[role=graphics-document]')?.getAttribute('aria-label') ?? '',
      title: figure.querySelector('h3').textContent,
      saves: [...figure.querySelectorAll('.vega-actions a')].map((link) => link.textContent),
      table: tables(figure)[0],
    })),
    cases: tables(document).find((table) => table.headings.includes('time_ns')),
    wide: document.documentElement.scrollWidth, // Rounded, so a pixel more may be none.
    scripts: document.querySelectorAll('script').length,
    injected: window.injected === undefined ? 'no' : 'yes',
  };
};

/// Opens a page for a function that uses it; fails where the console says something.
const use = async (name, act) => {
  const context = await browser.newContext({ viewport: { width: 1000, height: 800 }, offline: true });
  const page = await context.newPage();
  const complaints = [];
  page.on('console', (message) => complaints.push(message.text()));
  page.on('pageerror', (error) => complaints.push(String(error)));
  await page.goto(`file://${inFolder(name)}`, { timeout: 60000 });
  const drawn = () => page.waitForSelector('html[data-drawn=yes]', { state: 'attached', timeout: 60000 });
  await drawn();
  await act(page, drawn);
  await context.close();
  assert.deepEqual(complaints, [], `${name}: the console`);
};

/// The texts in each chart, and how many of its marks there are.
const inCharts = (page) =>
  page.$$eval('.chart .picture', (pictures) =>
    pictures.map((picture) => ({
      texts: [...picture.querySelectorAll('svg text')].map((text) => text.textContent),
      marks: picture.querySelectorAll('svg [class*=points_marks] > path').length,
    })));

/// A runner that is switched off with the keyboard is in no chart until it is switched on again.
const checkLegend = async (page, drawn, runner) => {
  const before = await inCharts(page);
  assert.ok(before.filter(({ texts }) => texts.includes(runner)).length > 2, `${runner} is in too few charts`);
  for (let i = 0; (await page.evaluate(() => document.activeElement.name)) !== runner; ++i) {
    assert.ok(i < 50, `Tab does not lead to ${runner}`);
    await page.keyboard.press('Tab');
  }
  await page.keyboard.press('Space');
  await drawn();
  const hidden = await inCharts(page);
  hidden.forEach(({ texts, marks }, i) => {
    assert.ok(!texts.includes(runner), `chart ${i} shows ${runner}`);
    assert.equal(marks < before[i].marks, before[i].texts.includes(runner), `marks of chart ${i}`);
  });
  await page.waitForFunction((text) => document.getElementById('said').textContent === text, `${runner} is hidden in all charts`);
  await page.keyboard.press('Space');
  await drawn();
  assert.deepEqual(await inCharts(page), before, `without and again with ${runner}`);
};

/// Columns are sorted as numbers with their units, up and down, with the keyboard; what is no number comes last.
/// Leaves eight rows.
const checkSorting = async (page) => {
  const table = page.locator('section > .wide table').first();
  const heading = table.locator('thead th').filter({ hasText: /^time/ }).first();
  const column = (texts) => heading.evaluate((cell, texts) =>
    [...cell.closest('table').tBodies[0].rows].slice(0, 8).map((row, i) => {
      if (texts) row.cells[cell.cellIndex].textContent = texts[i];
      return row.cells[cell.cellIndex].textContent;
    }), texts);
  const sort = async (direction) => {
    await heading.locator('button').focus();
    await page.keyboard.press('Enter');
    assert.equal(await heading.getAttribute('aria-sort'), direction);
  };
  await sort('ascending');
  assert.equal(await table.locator('[rowspan]').count(), 0);
  const rows = await table.locator('tbody tr').count();
  assert.ok(rows >= 8, `${rows} rows`);
  const up = ['900 ns', '1.5 us', '3 us', '15 ms', '1 200 ms', '2 s'];
  await column(['2 s', '15 ms', 'n/a', '1 200 ms', '900 ns', '-', '3 us', '1.5 us']);
  await table.evaluate((all, kept) => [...all.tBodies[0].rows].slice(kept).forEach((row) => row.remove()), 8);
  await sort('descending');
  assert.deepEqual((await column()).slice(0, 6), [...up].reverse(), 'descending');
  await sort('ascending');
  assert.deepEqual(await column(), [...up, 'n/a', '-'], 'ascending');
};

/// What is dark on the screen is printed on white, with the context.
const checkPrint = async (page) => {
  await page.evaluate(() => dispatchEvent(new Event('beforeprint')));
  await page.waitForFunction(() => document.querySelector('.picture svg').style.backgroundColor === 'rgb(255, 255, 255)');
  assert.ok(await page.locator('details.context').evaluate((context) => context.open), 'no context on paper');
  await page.evaluate(() => dispatchEvent(new Event('afterprint')));
  assert.ok(!(await page.locator('details.context').evaluate((context) => context.open)));
};

/// Words of the page stand out from what is behind them.
const checkContrast = async (page, colorScheme) => {
  const faint = await page.evaluate(() => {
    const parts = (colour) => colour.match(/[\d.]+/g).map(Number);
    const luminance = (colour) => parts(colour).slice(0, 3).map((part) => part / 255)
      .map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4))
      .reduce((sum, part, i) => sum + part * [0.2126, 0.7152, 0.0722][i], 0);
    const behind = (element) => {
      const colour = getComputedStyle(element).backgroundColor;
      return (parts(colour)[3] ?? 1) === 1 || !element.parentElement ? colour : behind(element.parentElement);
    };
    return [...document.querySelectorAll('h1, h2, h3, p, li, a, summary, label, legend, th, td, figcaption')].filter((element) => {
      const [a, b] = [getComputedStyle(element).color, behind(element)].map(luminance).sort((a, b) => b - a);
      return (a + 0.05) / (b + 0.05) < 4.5;
    }).map((element) => element.outerHTML.slice(0, 200));
  });
  assert.deepEqual(faint, [], `${colorScheme}: too faint`);
};

/// What a reader does with a page, one thing after the other.
const checkUse = async (name, runner) =>
  use(name, async (page, drawn) => {
    await checkLegend(page, drawn, runner);
    for (const colorScheme of ['light', 'dark']) {
      await page.emulateMedia({ colorScheme });
      await drawn();
      await checkContrast(page, colorScheme);
    }
    await checkPrint(page);
    await checkSorting(page);
  });

const compareTable = (table, byCase, chart) => {
  let compared = 0;
  for (const cells of table.rows)
    table.headings.forEach((heading, i) => {
      if (!(heading in inJson)) return;
      const rows = byCase.get(cells[table.headings.indexOf('case')]);
      assert.ok(rows, `${chart}: no case ${cells[0]}`);
      const right = inJson[heading](rows, chart);
      if (right === undefined || Number.isNaN(right)) return;
      assert.ok(near(Number(cells[i]), right), `${chart}: ${heading} of ${cells[0]}: ${cells[i]} for ${right}`);
      ++compared;
    });
  return compared;
};

const browser = await chromium.launch({
  executablePath: '/usr/bin/chromium',
  args: ['--no-sandbox', '--host-resolver-rules=MAP * ~NOTFOUND'],
});

/// Opens the page; gives what it holds and how long it took to be drawn.
const open = async (name, { colorScheme = 'light', width = 1000 } = {}) => {
  const context = await browser.newContext({ colorScheme, viewport: { width, height: 800 }, offline: true });
  const page = await context.newPage();
  const complaints = [];
  page.on('console', (message) => complaints.push(message.text()));
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('request', (request) => {
    if (!/^(file|data|blob):/.test(request.url())) complaints.push(`asked for ${request.url()}`);
  });
  const begun = Date.now();
  await page.goto(`file://${inFolder(name)}`, { timeout: 60000 });
  const opened = Date.now() - begun;
  await page.waitForSelector('html[data-drawn=yes]', { state: 'attached', timeout: 60000 });
  const seen = { ...(await page.evaluate(looked)), opened, drawn: Date.now() - begun };
  if (screenshots)
    await page.screenshot({ path: join(screenshots, `${name}-${colorScheme}-${width}.png`), fullPage: true });
  await context.close();
  assert.deepEqual(complaints, [], `${name}: the console`);
  assert.equal(seen.injected, 'no', `${name}: a name became a script`);
  assert.ok(seen.wide <= width + 1, `${name}: ${seen.wide} wide on a screen of ${width}`);
  for (const chart of seen.charts) {
    assert.ok(chart.wanted > 0 && chart.drawn === chart.wanted, `${name}: ${chart.id}: ${chart.drawn} of ${chart.wanted} marks`);
    assert.ok(chart.said.length > 20 && chart.title.length > 10, `${name}: ${chart.id}: says too little`);
    assert.deepEqual(chart.saves, ['Save as SVG', 'Save as PNG'], `${name}: ${chart.id}`);
  }
  return seen;
};

const check = async (name, result, others = []) => {
  const specs = inFolder(`${name}-vega`);
  asyncmark('report', inFolder(result), ...others.map(inFolder), '--html', inFolder(name), '--vega', specs);
  const seen = await open(name);
  const byCase = rowsByCase(read(result));
  let compared = compareTable(seen.cases, byCase, 'all cases');
  assert.ok(compared > 0, `${name}: nothing of all cases was compared`);
  for (const chart of seen.charts) compared += compareTable(chart.table, byCase, chart.id);
  const files = readdirSync(specs).filter((file) => !file.endsWith('.dark.vl.json'));
  assert.deepEqual(seen.charts.map((chart) => `${chart.id}.vl.json`).sort(), files.sort(), `${name}: the charts`);
  const size = statSync(inFolder(name)).size;
  assert.ok(size < 1.5e6, `${name}: ${size} bytes`);
  assert.ok(seen.drawn < 20000, `${name}: drawn after ${seen.drawn} ms`); // One second, on a machine to itself.
  console.log(`${name}: ${seen.charts.length} charts, ${compared} figures as in the JSON, ` +
              `${size} bytes, opened in ${seen.opened} ms, drawn in ${seen.drawn} ms`);
  return seen;
};

try {
  const sleep = ['run', 'sleep', '--wait', '2ms', '--quiet'];
  asyncmark(...sleep, '--runner', 'sync,event-loop,thread-pool,process-pool', '--ops', '20,60,120', '--out', inFolder('ops.json'));
  await check('ops.html', 'ops.json');
  await checkUse('ops.html', 'thread-pool');

  asyncmark(...sleep, '--runner', 'event-loop,thread-pool', '--rate', '200,800,2000', '--duration', '600ms',
            '--repetitions', '1', '--out', inFolder('rates.json'));
  await check('rates.html', 'rates.json');

  asyncmark(...sleep, '--runner', 'sync,event-loop,thread-pool', '--ops', '100', '--in-flight', '1,4,25', '--out', inFolder('flight.json'));
  const few = await check('flight.html', 'flight.json');

  // As many groups of cases as the largest of the reproductions has.
  const shares = ['0us', '100us', '200us', '300us', '400us', '500us'];
  write('plan.json', { cases: shares.map((cpu) => ({ workload: 'mixed', wait: '500us', cpu, ops: 100, 'in-flight': 28, runner: 'all' })) });
  asyncmark('run', '--plan', inFolder('plan.json'), '--quiet', '--out', inFolder('large.json'));
  await check('large.html', 'large.json');
  await open('large.html', { colorScheme: 'dark', width: 360 });
  await open('large.html', { width: 1800 });

  // Two files with the same figures in one chart.
  write('again.json', read('ops.json'));
  await check('both.html', 'ops.json', ['again.json']);

  // Two files side by side, one of which is called as no file should be.
  const evil = `a'"><img src=x onerror=injected=1></script><script>injected=1<!--`.replaceAll('/', '\u2215');
  const result = read('ops.json');
  const attack = `</script><script>window.injected=1</script>"'><img src=x onerror=window.injected=1>\n<!-- & ]]>`;
  result.context.command = attack;
  result.context.cpu_model = attack.repeat(20000);
  result.checks = [{ code: attack, cases: [attack], sentence: attack, evidence: attack, ["remedy"]: attack }];
  result.benchmarks.push({ name: attack, run_name: attack, run_type: 'iteration', real_time: 1, cpu_time: 1,
                           time_unit: 'ms', iterations: 1, [attack]: 1 });
  write(`${evil}.json`, result);
  asyncmark('report', inFolder(`${evil}.json`), inFolder('flight.json'), '--html', inFolder('evil.html'));
  const seen = await open('evil.html');
  assert.equal(seen.scripts, 3 + 4 + seen.charts.length, 'evil.html: elements of script');
  assert.ok(seen.charts.some((chart) => chart.id === 'ratio-to-the-best'), 'evil.html: no heat map');
  await open('evil.html', { width: 360, colorScheme: 'dark' });

  // Ten thousand cases.
  const many = read('flight.json');
  const template = many.benchmarks.find((row) => row.asyncmark?.case.runner.name === 'event-loop');
  many.benchmarks = Array.from({ length: 10000 }, (_, i) => {
    const row = structuredClone(template);
    const ops = i + 100;
    const name = row.asyncmark.case.name.replace(/ops:\d+/, `ops:${ops}`);
    row.name = row.run_name = row.asyncmark.case.name = name;
    row.asyncmark.case.load.ops = ops;
    row.repetitions = 1;
    return row;
  });
  many.checks = [];
  write('many.json', many);
  asyncmark('report', inFolder('many.json'), '--html', inFolder('many.html'));
  const all = await open('many.html');
  assert.equal(all.cases.rows.length, 10000);
  assert.ok(readFileSync(inFolder('many.html'), 'utf8').includes('Only 200 of 10000 cases are drawn'));
  console.log(`many.html: opened in ${all.opened} ms, drawn in ${all.drawn} ms`);
  // With all the rows of its table, beside a page of a few cases.
  assert.ok(all.drawn < 60 * few.drawn, `many.html: drawn after ${all.drawn} ms, flight.html after ${few.drawn} ms`);
} finally {
  await browser.close();
}
