/** Program text to be copied. */
import type { View } from '../view.ts';
import { CopyButton } from './show.tsx';

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
  return (
    <section class="code" aria-label={label}>
      <pre tabindex={0} lang="en">
        {text}
      </pre>
      <CopyButton view={view} text={text} label={label} />
    </section>
  );
}
