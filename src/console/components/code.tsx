/** Program text to be copied. */
import { commonTexts } from '../texts/common.ts';
import type { View } from '../view.ts';

/** A block that scrolls inside itself, with a button that copies it where scripts run. @param label what it is, for screen readers. */
export function CodeBlock({
  view,
  text,
  label,
}: {
  readonly view: View;
  readonly text: string;
  readonly label: string;
}) {
  const t = commonTexts[view.language];
  return (
    <section class="code" aria-label={label}>
      <pre tabindex={0} lang="en">
        {text}
      </pre>
      <button type="button" class="button copy" hidden data-copy={text} data-copied={t.copied}>
        <span data-said role="status">
          {t.copy}
        </span>
        <span class="visually-hidden"> {label}</span>
      </button>
    </section>
  );
}
