/** The font of the PDF: what the Worker carries is the file that stands in the repository, with its licence. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { FONT_DATA } from '../../src/console/pdf/font-data.ts';
import { ROOT } from './support.ts';

it('the console carries the font that stands beside its licence', () => {
  const folder = join(ROOT, 'src', 'console', 'pdf');
  expect(FONT_DATA).toBe(readFileSync(join(folder, 'dejavu-sans-condensed-subset.ttf')).toString('base64'));
  expect(readFileSync(join(folder, 'dejavu-LICENCE.txt'), 'utf8')).toContain('Permission is hereby granted');
});
