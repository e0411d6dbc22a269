/** The pages of /docs with scripts on: colours, copy buttons, tabs of languages, search by keyboard. Everything can be read without it. */
(() => {
  const root = document.documentElement;
  /** What a browser keeps; one that keeps nothing forgets the choice. */
  const kept = (name) => {
    try {
      return localStorage.getItem(name);
    } catch {
      return null;
    }
  };
  const keep = (name, value) => {
    try {
      if (value === null) localStorage.removeItem(name);
      else localStorage.setItem(name, value);
    } catch {
      // The choice holds for this page.
    }
  };

  const themes = [null, 'light', 'dark'];
  const themeNames = ['as the system', 'light', 'dark'];
  const wear = (theme) => {
    if (theme) root.dataset.theme = theme;
    else delete root.dataset.theme;
  };
  // Before the page is painted.
  wear(themes.find((theme) => theme === kept('docs-theme')) ?? null);

  function themeButton() {
    const button = document.querySelector('.theme');
    if (!button) return;
    const label = button.querySelector('span');
    let at = Math.max(0, themes.indexOf(root.dataset.theme ?? null));
    const show = () => {
      label.textContent = `Colours: ${themeNames[at]}`;
      button.title = label.textContent;
    };
    button.hidden = false;
    button.addEventListener('click', () => {
      at = (at + 1) % themes.length;
      wear(themes[at]);
      keep('docs-theme', themes[at]);
      show();
    });
    show();
  }

  function copyButtons() {
    for (const figure of document.querySelectorAll('figure[data-lang]:not(.output)')) {
      const button = document.createElement('button');
      button.type = 'button';
      button.className = 'copy';
      button.textContent = 'Copy';
      button.addEventListener('click', async () => {
        try {
          await navigator.clipboard.writeText(figure.querySelector('code').textContent);
          button.textContent = 'Copied';
        } catch {
          button.textContent = 'Not copied';
        }
        setTimeout(() => {
          button.textContent = 'Copy';
        }, 2000);
      });
      figure.append(button);
    }
  }

  const groups = [];

  /** Shows a language wherever it is there. */
  function choose(language) {
    for (const { figures, buttons } of groups) {
      if (!figures.some((figure) => figure.dataset.lang === language)) continue;
      figures.forEach((figure, at) => {
        const isChosen = figure.dataset.lang === language;
        figure.parentElement.hidden = !isChosen;
        buttons[at].setAttribute('aria-selected', String(isChosen));
        buttons[at].tabIndex = isChosen ? 0 : -1;
      });
    }
  }

  function tabs() {
    document.querySelectorAll('.tabs').forEach((group, number) => {
      const figures = [...group.querySelectorAll('figure')];
      const list = document.createElement('div');
      list.className = 'tablist';
      list.setAttribute('role', 'tablist');
      list.setAttribute('aria-label', 'Language');
      const buttons = figures.map((figure, at) => {
        const button = document.createElement('button');
        button.type = 'button';
        button.id = `tab-${number}-${at}`;
        button.setAttribute('role', 'tab');
        button.setAttribute('aria-controls', `code-${number}-${at}`);
        button.textContent = figure.querySelector('figcaption').textContent;
        const panel = document.createElement('div');
        panel.id = `code-${number}-${at}`;
        panel.setAttribute('role', 'tabpanel');
        panel.setAttribute('aria-labelledby', button.id);
        figure.replaceWith(panel);
        panel.append(figure);
        button.addEventListener('click', () => {
          keep('docs-language', figure.dataset.lang);
          choose(figure.dataset.lang);
        });
        return button;
      });
      list.addEventListener('keydown', (event) => {
        const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
        if (!step) return;
        const next =
          buttons[(buttons.indexOf(document.activeElement) + step + buttons.length) % buttons.length];
        next.click();
        next.focus();
      });
      list.append(...buttons);
      group.prepend(list);
      group.dataset.ready = '';
      groups.push({ figures, buttons });
      choose(figures[0].dataset.lang);
    });
    const language = kept('docs-language');
    if (language) choose(language);
  }

  /** Pages that operators read: most who search the docs build a shop. */
  const forOperators =
    /^\/docs\/(?:reference\/[a-z]+-(?:v1-admin|paiements|api)|operators|attention|console|decisions)/;

  /** How well an entry answers: first how many of the words it has, then where; words in the heading count most. */
  function score({ address, heading, page, text }, words) {
    const isPart = address.includes('#');
    let [has, sum] = [0, 0];
    for (const word of words) {
      const inHeading = heading.indexOf(word);
      if (inHeading === 0) sum += 12;
      else if (inHeading > 0) sum += 8;
      // Every part of a page has its title: the page itself stands before them.
      else if (page.includes(word)) sum += isPart ? 2 : 4;
      else if (text.includes(word)) sum += 1;
      else continue;
      has += 1;
    }
    return { has, sum: forOperators.test(address) ? sum - 6 : sum };
  }

  /** The entries that have the most of the words, the best first. */
  function best(all, words) {
    const scored = all.map((entry) => ({ entry, ...score(entry, words) })).filter(({ has }) => has > 0);
    return scored
      .sort((one, other) => other.has - one.has || other.sum - one.sum)
      .slice(0, 12)
      .map(({ entry }) => entry);
  }

  let index = null;
  /** The entries, fetched when somebody begins to search. */
  function entries() {
    index ??= fetch('/docs/assets/search.json')
      .then((response) => response.json())
      .then((rows) =>
        rows.map(([address, title, pageTitle, words]) => ({
          address,
          title,
          pageTitle,
          heading: title.toLowerCase(),
          page: pageTitle.toLowerCase(),
          text: words.toLowerCase(),
        })),
      );
    return index;
  }

  function search() {
    const field = document.querySelector('#search');
    const list = document.querySelector('#found');
    if (!field || !list) return;
    field.setAttribute('role', 'combobox');
    field.setAttribute('aria-autocomplete', 'list');
    field.setAttribute('aria-controls', 'found');
    field.setAttribute('aria-expanded', 'false');
    list.setAttribute('role', 'listbox');
    list.setAttribute('aria-label', 'Found');
    let found = [];
    let chosen = -1;

    const select = (at) => {
      chosen = at;
      [...list.children].forEach((item, place) => {
        item.setAttribute('aria-selected', String(place === at));
      });
      const item = list.children[at];
      if (item) {
        field.setAttribute('aria-activedescendant', item.id);
        item.scrollIntoView({ block: 'nearest' });
      } else field.removeAttribute('aria-activedescendant');
    };
    const close = () => {
      list.hidden = true;
      field.setAttribute('aria-expanded', 'false');
      select(-1);
    };
    const show = async () => {
      const asked = field.value;
      const words = asked.toLowerCase().split(/\s+/).filter(Boolean);
      if (words.length === 0) return close();
      const all = await entries();
      if (field.value !== asked) return;
      found = best(all, words);
      list.replaceChildren(
        ...found.map(({ title, pageTitle, address }, at) => {
          const item = document.createElement('li');
          item.id = `found-${at}`;
          item.setAttribute('role', 'option');
          const name = document.createElement('b');
          name.textContent = title;
          const where = document.createElement('small');
          where.textContent = pageTitle === title ? address : pageTitle;
          item.append(name, where);
          item.addEventListener('mousedown', (event) => {
            event.preventDefault();
            location.href = address;
          });
          return item;
        }),
      );
      if (found.length === 0) {
        const item = document.createElement('li');
        item.setAttribute('role', 'option');
        item.textContent = 'Nothing found. Try other words.';
        list.append(item);
      }
      list.hidden = false;
      field.setAttribute('aria-expanded', 'true');
      select(found.length > 0 ? 0 : -1);
    };

    field.addEventListener('input', show);
    field.addEventListener('focus', () => {
      entries();
      if (field.value) show();
    });
    field.addEventListener('blur', close);
    field.addEventListener('keydown', (event) => {
      if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
        event.preventDefault();
        if (found.length > 0)
          select((chosen + (event.key === 'ArrowDown' ? 1 : -1) + found.length) % found.length);
      } else if (event.key === 'Escape') close();
    });
    field.form.addEventListener('submit', (event) => {
      event.preventDefault();
      const entry = found[chosen];
      if (entry) location.href = entry.address;
    });
    // An address that somebody was given, or the form of a page whose scripts had not come yet.
    const given = new URLSearchParams(location.search).get('q');
    if (location.pathname === '/docs/search' && given) {
      field.value = given;
      field.focus();
    }
    document.addEventListener('keydown', (event) => {
      const isTyping = /^(?:INPUT|TEXTAREA|SELECT)$/.test(document.activeElement?.tagName ?? '');
      if (event.key !== '/' || isTyping || event.ctrlKey || event.metaKey) return;
      event.preventDefault();
      field.focus();
      field.select();
    });
  }

  document.addEventListener('DOMContentLoaded', () => {
    themeButton();
    tabs();
    copyButtons();
    search();
    // Tabs have moved what a link into the page leads to.
    if (location.hash) document.getElementById(decodeURIComponent(location.hash.slice(1)))?.scrollIntoView();
  });
})();
