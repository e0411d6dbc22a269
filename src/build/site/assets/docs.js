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

  /** How well an entry answers: words in the heading count most. 0: one of the words is nowhere. */
  function score({ heading, page, text }, words) {
    let sum = 0;
    for (const word of words) {
      const inHeading = heading.indexOf(word);
      if (inHeading === 0) sum += 12;
      else if (inHeading > 0) sum += 8;
      else if (page.includes(word)) sum += 4;
      else if (text.includes(word)) sum += 1;
      else return 0;
    }
    return sum;
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
      found = all
        .map((entry) => ({ entry, points: score(entry, words) }))
        .filter(({ points }) => points > 0)
        .sort((a, b) => b.points - a.points)
        .slice(0, 12)
        .map(({ entry }) => entry);
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
        item.textContent = 'Nothing found. Try one word of it.';
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
