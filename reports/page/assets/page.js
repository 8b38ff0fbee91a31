// Draws every chart of the page, and anew when the page turns light or dark, narrow or wide.
(() => {
  'use strict';
  const dark = matchMedia('(prefers-color-scheme: dark)');
  const narrow = matchMedia('(max-width: 600px)');
  const data = (element) => JSON.parse(element.textContent);
  const configs = { light: data(document.getElementById('light')), dark: data(document.getElementById('dark')) };

  // On a phone names may take no more than a third of the width.
  const config = () => {
    const one = structuredClone(configs[dark.matches ? 'dark' : 'light']);
    if (narrow.matches) {
      one.axis.labelLimit = 110;
      one.legend.columns = 1;
    }
    return one;
  };

  const onBlack = data(document.getElementById('on-black'));
  const coloured = (spec) => {
    for (const layer of dark.matches ? spec.layer : []) {
      const scale = layer.encoding?.color?.scale;
      if (scale?.range) scale.range = scale.range.map((colour) => onBlack[colour] ?? colour);
    }
    return spec;
  };

  const draw = async (figure) => {
    const picture = figure.querySelector('.picture');
    const spec = coloured(data(figure.querySelector('.spec')));
    try {
      await vegaEmbed(picture, spec, {
        config: config(),
        renderer: 'svg',
        ast: true,
        downloadFileName: picture.dataset.name,
        actions: { export: true, source: false, compiled: false, editor: false },
      });
      const wrapper = picture.querySelector('.chart-wrapper');
      if (wrapper && wrapper.scrollWidth > wrapper.clientWidth) wrapper.tabIndex = 0;
      const menu = picture.querySelector('summary');
      if (menu) menu.setAttribute('aria-label', 'Save this chart');
      picture.dataset.drawn = 'yes';
    } catch (error) {
      picture.textContent = 'This chart could not be drawn; its figures are in the table.';
      console.error(picture.dataset.name, error);
    }
  };

  // One drawing at a time: of two at once the earlier could be the last to end.
  let wanted = 0;
  const drawAll = async () => {
    const mine = ++wanted;
    for (const figure of document.querySelectorAll('.chart')) {
      if (mine !== wanted) return;
      await draw(figure);
      await new Promise((go) => setTimeout(go));
    }
    document.documentElement.dataset.drawn = 'yes';
  };
  dark.addEventListener('change', drawAll);
  narrow.addEventListener('change', drawAll);
  drawAll();
})();
