/** The audit log, in all languages. */
import { auditDe } from './audit.de.ts';
import { auditEn } from './audit.en.ts';
import { auditFr } from './audit.fr.ts';
import { auditPl } from './audit.pl.ts';
import type { AreaTexts } from './languages.ts';

export const auditTexts: AreaTexts<typeof auditEn> = { en: auditEn, fr: auditFr, de: auditDe, pl: auditPl };
