// Draws the charts of the page, lets a reader switch runners off in all of them, and sorts tables.
(() => {
  'use strict';
  const data = (element) => JSON.parse(element.textContent);
  const byId = (id) => document.getElementById(id);
  const figures = [...document.querySelectorAll('.chart')];
  const specs = new Map(figures.map((figure) => [figure, data(figure.querySelector('.spec'))]));
  const hidden = new Set(); // The names of runners.
  const element = (name, attributes = {}, ...children) => {
    const made = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    made.append(...children);
    return made;
  };

  // Light and dark. Paper is white.
  const prefersDark = matchMedia('(prefers-color-scheme: dark)');
  const configs = { light: data(byId('light')), dark: data(byId('dark')) };
  const onBlack = data(byId('on-black'));
  let isPrinting = false;
  const isDark = () => prefersDark.matches && !isPrinting;
  const onPaper = (colour) => (isDark() ? onBlack[colour] ?? colour : colour);

  const layersOf = (spec) => (spec.facet ? spec.spec : spec).layer;
  const scalesOf = (spec, channels) =>
    layersOf(spec).flatMap((layer) => channels.map((channel) => layer.encoding?.[channel]).filter((one) => one?.scale?.range));
  const runnersOf = (spec) => spec.usermeta?.runners ?? {};
  const runnerOf = (spec, row) => runnersOf(spec)[row.series] ?? row.runner;

  const withoutHidden = (spec) => {
    spec.data.values = spec.data.values.filter((row) => !hidden.has(runnerOf(spec, row)));
    for (const { field, scale } of scalesOf(spec, ['color', 'stroke', 'shape', 'strokeDash'])) {
      if (field !== 'series') continue;
      const isShown = scale.domain.map((series) => !hidden.has(runnersOf(spec)[series]));
      for (const key of ['domain', 'range']) scale[key] = scale[key].filter((_, i) => isShown[i]);
    }
    return spec;
  };

  const coloured = (spec) => {
    for (const { scale } of scalesOf(spec, ['color', 'stroke'])) scale.range = scale.range.map(onPaper);
    return spec;
  };

  // As many panels side by side as there is room for; the axis and its last label take the margin.
  const fitted = (spec, width, isLead) => {
    if (spec.facet) {
      const margin = 95, gap = 20, least = 260;
      spec.columns = Math.max(1, Math.min(Math.floor((width - margin) / least), new Set(spec.data.values.map((row) => row.panel)).size));
      spec.spec.width = Math.floor((width - margin) / spec.columns) - gap;
    } else if (isLead && typeof spec.height === 'number') {
      spec.height = 420;
    }
    return spec;
  };

  // Vega cuts off what a column of the legend has no room for.
  const config = (spec, width) => {
    const all = structuredClone(configs[isDark() ? 'dark' : 'light']);
    const names = scalesOf(spec, ['color', 'strokeDash']).flatMap(({ scale }) => scale.domain ?? []);
    const longest = Math.max(1, ...names.map((name) => String(name).length));
    all.legend.columns = Math.max(1, Math.min(8, Math.floor(width / (50 + 8 * longest))));
    if (width < 500) all.axis.labelLimit = 110; // Of a phone's width a third.
    return all;
  };

  const draw = async (figure) => {
    const picture = figure.querySelector('.picture');
    const width = picture.clientWidth;
    const spec = fitted(coloured(withoutHidden(structuredClone(specs.get(figure)))), width, figure.classList.contains('lead'));
    picture.classList.toggle('empty', spec.data.values.length === 0);
    if (spec.data.values.length === 0) {
      picture.replaceChildren(element('p', { class: 'note' }, 'All runners of this chart are switched off.'));
      return;
    }
    try {
      await vegaEmbed(picture, spec, {
        config: config(spec, width),
        renderer: 'svg',
        ast: true,
        logLevel: vega.Error, // It warns that a chart's rows decide its height.
        downloadFileName: picture.dataset.name,
        actions: { export: true, source: false, compiled: false, editor: false },
      });
      const wrapper = picture.querySelector('.chart-wrapper');
      if (wrapper && wrapper.scrollWidth > wrapper.clientWidth) wrapper.tabIndex = 0;
      picture.querySelector('summary')?.setAttribute('aria-label', 'Save this chart');
    } catch (error) {
      picture.textContent = 'This chart could not be drawn; its figures are in the table.';
      console.error(picture.dataset.name, error);
    }
  };

  // One drawing of all at a time: of two at once the earlier could be the last to end.
  let latest = 0;
  const drawAll = async () => {
    const mine = ++latest;
    delete document.documentElement.dataset.drawn;
    for (const figure of figures) {
      await draw(figure);
      await new Promise((go) => setTimeout(go));
      if (mine !== latest) return;
    }
    document.documentElement.dataset.drawn = 'yes';
  };

  // The legend of all charts.
  const shapePaths = {
    circle: 'M8 2a6 6 0 1 0 .01 0', square: 'M3 3h10v10H3z', diamond: 'M8 1l5 7-5 7-5-7z', cross: 'M6 2h4v4h4v4h-4v4H6v-4H2V6h4z',
    'triangle-up': 'M8 2l6 12H2z', 'triangle-down': 'M8 14l6-12H2z', 'triangle-right': 'M14 8L2 14V2z', 'triangle-left': 'M2 8l12 6V2z',
  };
  const symbolOf = (colour, shape) => {
    const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
    svg.setAttribute('viewBox', '0 0 16 16');
    svg.setAttribute('aria-hidden', 'true');
    const path = svg.appendChild(document.createElementNS(svg.namespaceURI, 'path'));
    path.setAttribute('d', shapePaths[shape] ?? shapePaths.circle);
    path.setAttribute('fill', onPaper(colour));
    path.dataset.colour = colour;
    return svg;
  };

  // Of each runner the colour and the shape that it has in the first chart that shows them.
  const symbolsOf = () => {
    const symbols = new Map();
    for (const spec of specs.values()) {
      for (const row of spec.data.values)
        if (runnerOf(spec, row) && !symbols.has(runnerOf(spec, row))) symbols.set(runnerOf(spec, row), {});
      for (const channel of ['color', 'shape'])
        for (const { field, scale } of scalesOf(spec, [channel]))
          if (field === 'series') scale.domain.forEach((series, i) => (symbols.get(runnersOf(spec)[series])[channel] ??= scale.range[i]));
    }
    return symbols;
  };

  const say = (text) => (byId('said').textContent = text);
  const switchRunner = (runner, isOn) => {
    hidden[isOn ? 'delete' : 'add'](runner);
    drawAll().then(() => say(`${runner} is ${isOn ? 'shown' : 'hidden'} in all charts`));
  };

  const addLegend = () => {
    const symbols = symbolsOf();
    if (symbols.size < 2) return;
    const set = element('fieldset', { class: 'runners' }, element('legend', {}, 'Runners shown in all charts'));
    for (const [runner, { color = 'currentColor', shape }] of symbols) {
      const box = element('input', { type: 'checkbox', checked: '', name: runner });
      box.addEventListener('change', () => switchRunner(runner, box.checked));
      set.append(element('label', {}, box, symbolOf(color, shape), runner));
    }
    document.querySelector('.charts').before(set, element('p', { id: 'said', role: 'status', class: 'unseen' }));
  };

  const recolourLegend = () => {
    for (const path of document.querySelectorAll('.runners path')) path.setAttribute('fill', onPaper(path.dataset.colour));
  };

  // Tables. `1.4 kB` is 1400, and what is no number comes last either way.
  const scales = {
    ns: 1e-9, us: 1e-6, 'µs': 1e-6, 'μs': 1e-6, ms: 1e-3, s: 1, min: 60, h: 3600,
    B: 1, kB: 1e3, MB: 1e6, GB: 1e9, KiB: 1024, MiB: 1024 ** 2, GiB: 1024 ** 3, k: 1e3, M: 1e6, G: 1e9,
  };
  const amount = (text) => {
    const found = /^\D{0,2}?(-?\d[\d\s,']*(?:\.\d+)?(?:e[+-]?\d+)?)\s*([a-zµμ]*)/i.exec(text);
    return found ? Number(found[1].replace(/[\s,']/g, '')) * (scales[found[2]] ?? 1) : NaN;
  };
  const compared = (a, b, isNumber) => {
    if (!isNumber) return a.localeCompare(b, undefined, { numeric: true });
    return amount(a) - amount(b);
  };
  // Rows that share a first cell get one each, or they could not be moved.
  const separate = (table) => {
    for (const cell of table.querySelectorAll('[rowspan]')) {
      const { rowSpan, parentElement: row } = cell;
      cell.removeAttribute('rowspan');
      for (let i = 1, next = row; i < rowSpan; ++i) (next = next.nextElementSibling).prepend(cell.cloneNode(true));
    }
  };
  const sort = (table, heading) => {
    separate(table);
    const column = heading.cellIndex;
    const isNumber = !heading.classList.contains('t') && !heading.classList.contains('remark');
    const isUp = heading.getAttribute('aria-sort') !== 'ascending';
    const text = (row) => row.cells[column].textContent;
    const isLast = (row) => (isNumber ? Number.isNaN(amount(text(row))) : text(row) === '');
    const rows = [...table.tBodies[0].rows];
    const first = rows.filter((row) => !isLast(row)).sort((a, b) => (isUp ? 1 : -1) * compared(text(a), text(b), isNumber));
    for (const other of table.tHead.rows[0].cells) other.removeAttribute('aria-sort');
    heading.setAttribute('aria-sort', isUp ? 'ascending' : 'descending');
    table.tBodies[0].append(...first, ...rows.filter(isLast));
  };
  const makeSortable = (table) => {
    for (const heading of table.tHead.rows[0].cells) {
      const button = element('button', { type: 'button' }, ...heading.childNodes);
      button.addEventListener('click', () => sort(table, heading));
      heading.append(button);
    }
  };

  // A link to a warning unfolds it.
  addEventListener('hashchange', () => {
    const target = byId(decodeURIComponent(location.hash.slice(1)));
    if (target?.matches('details')) target.open = true;
  });

  // On paper: dark on white, with context and warnings unfolded.
  const print = (isOn) => {
    isPrinting = isOn;
    if (isOn) for (const part of document.querySelectorAll('.printed:not([open])')) part.dataset.opened = 'for paper';
    for (const part of document.querySelectorAll('[data-opened]')) part.open = isOn;
    recolourLegend();
    if (prefersDark.matches) figures.forEach(draw);
  };

  addLegend();
  document.querySelectorAll('table').forEach(makeSortable);
  prefersDark.addEventListener('change', () => { recolourLegend(); drawAll(); });
  addEventListener('beforeprint', () => print(true));
  addEventListener('afterprint', () => print(false));
  let width = innerWidth, waiting;
  addEventListener('resize', () => {
    clearTimeout(waiting);
    waiting = setTimeout(() => { if (innerWidth !== width) { width = innerWidth; drawAll(); } }, 200);
  });
  drawAll();
})();
