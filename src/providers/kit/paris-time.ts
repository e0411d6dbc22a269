/** Days and times in Paris, which French protocols go by wherever the shop is. */

/** Made once: that costs much more than asking it. */
const CLOCK = new Intl.DateTimeFormat('fr-FR', {
  timeZone: 'Europe/Paris',
  day: '2-digit',
  month: '2-digit',
  year: 'numeric',
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  hourCycle: 'h23',
});

type ClockPart = 'day' | 'month' | 'year' | 'hour' | 'minute' | 'second';

/** The parts of a time in Paris, each with its leading zero. @param time milliseconds since 1970, or a date. */
export function inParis(time: Date | number): (part: ClockPart) => string {
  const parts = CLOCK.formatToParts(time);
  return (part) => parts.find(({ type }) => type === part)?.value ?? '';
}

/** `21/11/2026`, the day in Paris. */
export function parisDay(time: Date | number): string {
  const value = inParis(time);
  return `${value('day')}/${value('month')}/${value('year')}`;
}
