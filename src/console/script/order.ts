/** A list whose rows are dragged: the order is posted when a row is dropped elsewhere. Without it, and by keyboard, there are buttons. */
export const ORDER_SCRIPT = `
(() => {
  for (const list of document.querySelectorAll('[data-order]')) {
    const field = list.closest('form')?.querySelector('[data-order-field]');
    if (!field || list.children.length < 2) continue;
    let dragged = null;
    const order = () => [...list.children].map((row) => row.dataset.id).join(' ');
    for (const row of list.children) {
      row.draggable = true;
      row.querySelector('[data-grip]').hidden = false;
      row.addEventListener('dragstart', (event) => {
        dragged = row;
        row.classList.add('dragged');
        event.dataTransfer.effectAllowed = 'move';
        event.dataTransfer.setData('text/plain', row.dataset.id);
      });
      row.addEventListener('dragover', (event) => {
        if (!dragged) return;
        event.preventDefault();
        if (dragged === row) return;
        const { top, height } = row.getBoundingClientRect();
        row[event.clientY < top + height / 2 ? 'before' : 'after'](dragged);
      });
      row.addEventListener('drop', (event) => event.preventDefault());
      row.addEventListener('dragend', () => {
        dragged = null;
        row.classList.remove('dragged');
        const now = order();
        if (now === field.value) return;
        field.value = now;
        list.closest('form').requestSubmit();
      });
    }
  }
})();
`;
