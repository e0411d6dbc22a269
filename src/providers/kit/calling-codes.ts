/**
 * The country calling codes of ITU-T E.164, each with the countries (ISO 3166-1 alpha-2, and XK) that have it; those of satellite and
 * global networks have none. From the metadata of libphonenumber-js 1.13.16, which is many times as large as what is needed of it.
 */
const TABLE = `
  1AG,AI,AS,BB,BM,BS,CA,DM,DO,GD,GU,JM,KN,KY,LC,MP,MS,PR,SX,TC,TT,US,VC,VG,VI 20EG 211SS 212EH,MA 213DZ
  216TN 218LY 220GM 221SN 222MR 223ML 224GN 225CI 226BF 227NE 228TG 229BJ 230MU 231LR 232SL 233GH 234NG
  235TD 236CF 237CM 238CV 239ST 240GQ 241GA 242CG 243CD 244AO 245GW 246IO 247AC 248SC 249SD 250RW 251ET
  252SO 253DJ 254KE 255TZ 256UG 257BI 258MZ 260ZM 261MG 262RE,YT 263ZW 264NA 265MW 266LS 267BW 268SZ 269KM
  27ZA 290SH,TA 291ER 297AW 298FO 299GL 30GR 31NL 32BE 33FR 34ES 350GI 351PT 352LU 353IE 354IS 355AL 356MT
  357CY 358AX,FI 359BG 36HU 370LT 371LV 372EE 373MD 374AM 375BY 376AD 377MC 378SM 380UA 381RS 382ME 383XK
  385HR 386SI 387BA 389MK 39IT,VA 40RO 41CH 420CZ 421SK 423LI 43AT 44GB,GG,IM,JE 45DK 46SE 47NO,SJ 48PL 49DE
  500FK 501BZ 502GT 503SV 504HN 505NI 506CR 507PA 508PM 509HT 51PE 52MX 53CU 54AR 55BR 56CL 57CO 58VE
  590BL,GP,MF 591BO 592GY 593EC 594GF 595PY 596MQ 597SR 598UY 599BQ,CW 60MY 61AU,CC,CX 62ID 63PH 64NZ 65SG
  66TH 670TL 672NF 673BN 674NR 675PG 676TO 677SB 678VU 679FJ 680PW 681WF 682CK 683NU 685WS 686KI 687NC 688TV
  689PF 690TK 691FM 692MH 7KZ,RU 81JP 82KR 84VN 850KP 852HK 853MO 855KH 856LA 86CN 870 878 880BD 881 882 883
  886TW 90TR 91IN 92PK 93AF 94LK 95MM 960MV 961LB 962JO 963SY 964IQ 965KW 966SA 967YE 968OM 970PS 971AE
  972IL 973BH 974QA 975BT 976MN 977NP 98IR 992TJ 993TM 994AZ 995GE 996KG 998UZ`;

const rows = TABLE.trim()
  .split(/\s+/)
  .map((row) => /^(\d+)(.*)$/.exec(row) ?? []);

const codes: ReadonlySet<string> = new Set(rows.map(([, code = '']) => code));

const codeOf: ReadonlyMap<string, string> = new Map(
  rows.flatMap(([, code = '', countries = '']) =>
    (countries.match(/[A-Z]{2}/g) ?? []).map((one) => [one, code] as const),
  ),
);

/** The calling code that the numbers of a country have, `33`; null: it has none. */
export function callingCodeIn(country: string): string | null {
  return codeOf.get(country) ?? null;
}

/** The calling code that an international number begins with, its digits without a plus sign; null: none that is assigned. */
export function callingCodeOf(digits: string): string | null {
  // No code begins another one.
  return [1, 2, 3].map((length) => digits.slice(0, length)).find((start) => codes.has(start)) ?? null;
}
