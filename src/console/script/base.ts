/**
 * The little that scripts add to every page: `/` goes to the search, buttons copy, the browser's time zone is noted for the next page, and a form
 * that was sent says so. Without it everything works.
 */
export const BASE_SCRIPT = `
(() => {
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const noted = 'console-browser-zone=' + encodeURIComponent(zone);
  if (zone && !document.cookie.split('; ').includes(noted))
    document.cookie = noted + '; path=/; max-age=31536000; samesite=lax' + (location.protocol === 'https:' ? '; secure' : '');

  addEventListener('keydown', (event) => {
    if (event.key !== '/' || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.closest('input, select, textarea, [contenteditable]')) return;
    const search = document.querySelector('[data-search]');
    if (!search) return;
    event.preventDefault();
    search.focus();
  });

  for (const button of document.querySelectorAll('[data-copy]')) {
    if (!navigator.clipboard) continue;
    button.hidden = false;
    button.addEventListener('click', async () => {
      await navigator.clipboard.writeText(button.dataset.copy);
      const said = button.querySelector('[data-said]');
      const before = said.textContent;
      said.textContent = button.dataset.copied;
      setTimeout(() => { said.textContent = before; }, 2000);
    });
  }

  for (const form of document.querySelectorAll('form[method="post"]')) {
    let sent = false;
    form.addEventListener('submit', (event) => {
      if (sent) return event.preventDefault();
      sent = true;
      for (const button of form.querySelectorAll('button:not([type="button"])')) button.setAttribute('aria-disabled', 'true');
    });
    addEventListener('pageshow', () => {
      sent = false;
      for (const button of form.querySelectorAll('[aria-disabled]')) button.removeAttribute('aria-disabled');
    });
  }

  document.querySelector('[data-focus]')?.focus();
})();
`;
