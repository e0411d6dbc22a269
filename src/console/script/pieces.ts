/**
 * Sends a large file in pieces: the form goes first, without its file; the page that it leads to names where the pieces go. A piece that is
 * lost is sent again, and whoever comes back goes on where it stopped. Without it a form sends its file whole.
 */
export const PIECES_SCRIPT = `
(() => {
  const PIECE = 512 * 1024;
  const TRIES = 6;
  class Refused extends Error {}
  const wait = (seconds) => new Promise((done) => setTimeout(done, seconds * 1000));

  for (const part of document.querySelectorAll('[data-pieces]')) {
    const form = part.querySelector('form');
    const input = form.querySelector('input[type=file]');
    const sending = part.querySelector('[data-sending]');
    const bar = part.querySelector('[data-sent]');
    const lost = part.querySelector('[data-lost]');
    const refused = part.querySelector('[data-refused]');
    let at = part.dataset.resumes ?? '';

    async function send(file) {
      sending.hidden = false;
      lost.hidden = refused.hidden = true;
      // A piece that is there already is sent again: the server refuses it, where this is another file.
      let offset = Math.max(0, (await (await fetch(at + '/progress')).json()).received - PIECE);
      while (offset < file.size) {
        const body = new FormData();
        body.set('csrf', form.elements.csrf.value);
        body.set('offset', String(offset));
        body.set('size', String(file.size));
        body.set('piece', file.slice(offset, offset + PIECE), 'piece');
        for (let tries = 1; ; tries += 1) {
          try {
            const answer = await fetch(at + '/file', { method: 'POST', body });
            if (answer.ok) {
              offset = (await answer.json()).received;
              break;
            }
            // It was refused, and would be again: another file, or what a person may not do. That is no lost connection.
            if (answer.status < 500) throw new Refused((await answer.json().catch(() => ({}))).problem ?? String(answer.status));
            if (tries >= TRIES) throw new Error(String(answer.status));
          } catch (error) {
            if (tries >= TRIES || error instanceof Refused) throw error;
          }
          await wait(Math.min(2 ** tries / 2, 10));
        }
        bar.value = offset / file.size;
      }
      location.assign(at);
    }

    async function begin(file) {
      const body = new FormData(form);
      body.delete('file');
      body.set('pieces', '1');
      body.set('fileName', file.name);
      const answer = await fetch(form.action, { method: 'POST', body });
      if (!answer.redirected) return false;
      at = new URL(answer.url).pathname;
      return true;
    }

    const fail = (error) => {
      const isRefused = error instanceof Refused;
      (isRefused ? refused : lost).hidden = false;
      if (!isRefused) return;
      sending.hidden = true;
      refused.querySelector('[data-why]').textContent = error.message;
      // The form may be sent again, as one that is come back to (script/base.ts): with another file.
      setTimeout(() => dispatchEvent(new Event('pageshow')));
    };

    form.addEventListener('submit', (event) => {
      const [file] = input.files;
      if (!file) return;
      refused.hidden = true;
      event.preventDefault();
      // Nothing would be sent, and the page would wait for it.
      if (file.size === 0) return fail(new Refused(refused.dataset.empty));
      const beginning = at === '' ? begin(file) : Promise.resolve(true);
      beginning
        .then((isBegun) => {
          if (isBegun) return send(file);
          // The form is wrong: its own page says so.
          input.disabled = true;
          const pieces = document.createElement('input');
          Object.assign(pieces, { type: 'hidden', name: 'pieces', value: '1' });
          form.append(pieces);
          form.submit();
        })
        .catch(fail);
    });

    part.querySelector('[data-again]').addEventListener('click', () => {
      const [file] = input.files;
      if (file) (at === '' ? begin(file) : Promise.resolve(true)).then((isBegun) => isBegun && send(file)).catch(fail);
    });
  }
})();
`;
