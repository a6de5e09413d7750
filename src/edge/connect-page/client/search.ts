/* The part of the script that finds requirements while the person types. */

/** Hides the cards that do not contain every typed word. The cards keep what is typed in them. */
export function searchAtOnce(form: HTMLFormElement): void {
  const input = form.querySelector('input');
  const status = form.querySelector('[role=status]');
  // The server has left out the cards that do not match, so only it can show them again.
  if (input === null || status === null || input.defaultValue !== '') return;
  form.querySelector('button')?.remove();
  const look = () => {
    const words = input.value.toLowerCase().split(/\s+/);
    const matches = (card: HTMLElement) =>
      words.every((word) => (card.dataset.find ?? '').includes(word));
    let count = 0;
    for (const group of document.querySelectorAll<HTMLElement>('.group')) {
      const cards = [...group.querySelectorAll<HTMLElement>('[data-find]')];
      for (const card of cards) card.hidden = !matches(card);
      const found = cards.filter(matches).length;
      group.hidden = found === 0;
      count += found;
    }
    status.textContent = count === 0 ? (form.dataset.search ?? '') : '';
  };
  input.oninput = look;
  form.onsubmit = (event) => {
    event.preventDefault();
    look();
  };
}
