/**
 * The mends that `npm run forge -- --mutants` takes out of a copy of the tree, one at a time. A forge that is worth its time finds
 * what each of them lets in.
 */

/** One text in a file that another takes the place of. It has to stand there exactly once. */
export interface Edit {
  /** Below the project's folder. */
  readonly file: string;
  readonly from: string;
  readonly to: string;
}

export interface Mutant {
  /** What is taken out, in words. */
  readonly without: string;
  /** The provider at which the forge is to notice it. */
  readonly provider: string;
  readonly edits: readonly Edit[];
  /** Whether it is taken out in CI too. */
  readonly inCi?: true;
}

const edit = (file: string, from: string, to = ''): Edit => ({ file, from, to });
const room = (path: string, from: string, to = ''): Edit => edit(`src/providers/${path}`, from, to);

/** The ledger takes an update that does not bring back what was sent. */
const UNBOUND = edit(
  'src/ledger/update-rules.ts',
  'if (!bound || !echo) return null;',
  'if (bound || !echo) return null;',
);

export const MUTANTS: readonly Mutant[] = [
  {
    without: 'tpay: the forms of what md5sum joins, md5sum alone taken for proof',
    provider: 'tpay',
    edits: [
      room('tpay/proof.ts', "undecided: ['outcome', 'amount', 'currency'],", 'undecided: [],'),
      room('tpay/proof.ts', 'bordersCovered: false,', 'bordersCovered: true,'),
      room('tpay/index.ts', '  requireTpayForms(values);\n'),
    ],
  },
  {
    without: 'Dotpay: the forms of what is signed in front of the free text',
    provider: 'dotpay',
    edits: [room('dotpay/index.ts', '    requireUrlcForms(account.settings, values);\n')],
  },
  {
    without: 'ePay.dk: whether the text can be cut once only, the outcome taken for proven',
    provider: 'epaydk',
    edits: [
      room('epaydk/index.ts', "undecided: ['outcome'],", 'undecided: [],'),
      room('epaydk/index.ts', 'return hasOneEpayReading(fields) ? update', 'return true ? update'),
    ],
  },
  {
    without: 'ePay.dk: the forms and places of the values, the outcome taken for proven',
    provider: 'epaydk',
    edits: [
      room('epaydk/index.ts', "undecided: ['outcome'],", 'undecided: [],'),
      room('epaydk/index.ts', '    requireCallbackForms(fields);\n'),
      room('epaydk/index.ts', 'return hasOneEpayReading(fields) ? update', 'return true ? update'),
    ],
  },
  {
    without: 'SIPS 1: that DATA is an answer and no request',
    provider: 'sips',
    inCi: true,
    edits: [room('sips/index.ts', '  refuseSipsRequest(values);\n')],
  },
  {
    without: 'ECommPay: whether the signed text can be read in several ways',
    provider: 'ecommpay',
    edits: [
      room(
        'ecommpay/callback.ts',
        'return ambiguityOf(verified, text) === null ? update',
        'return true ? update',
      ),
    ],
  },
  {
    without: 'ECommPay: that, and that no deciding line stands twice',
    provider: 'ecommpay',
    edits: [
      room(
        'ecommpay/callback.ts',
        'return ambiguityOf(verified, text) === null ? update',
        'return true ? update',
      ),
      room('ecommpay/callback.ts', "if (text.isTwice('payment:id'))", 'if (false)'),
      room(
        'ecommpay/signed-text.ts',
        "const [value = '', ...more] = this.#valuesOf(path);\n    return more.length === 0 ? value : '';",
        "const [value = ''] = this.#valuesOf(path);\n    return value;",
      ),
    ],
  },
  {
    without: 'Paybox: that the key speaks for every merchant',
    provider: 'paybox',
    edits: [room('paybox/proof.ts', "keyOf: 'platform'", "keyOf: 'merchant'")],
  },
  {
    without: 'the ledger: that an update brings back what was sent with its attempt',
    provider: 'systempay',
    edits: [UNBOUND],
  },
  {
    without: 'the ledger: that an attempt without real money does not pay for one with it',
    provider: 'dummy',
    inCi: true,
    edits: [
      edit(
        'src/ledger/update-rules.ts',
        'return (attempt.test && !asksForTest(record)) || (test && !attempt.test);',
        'return test && !attempt.test && record === null;',
      ),
    ],
  },
  {
    without: 'Lyra: where the text has what decides, what was sent with the attempt, and clean free text',
    provider: 'systempay',
    edits: [
      room('lyra/index.ts', '      requireOneReading(values);\n'),
      room(
        'lyra/free-text.ts',
        'return text === undefined || decides(text) ? undefined : text;',
        'return value;',
      ),
      UNBOUND,
      // What the ledger lets in then is found without recuts.
      edit('test/forge/world.ts', "situation.aside === 'twin' && bound", 'bound === null'),
    ],
  },
  {
    without: 'Lyra: that kr-hash fits',
    provider: 'systempay',
    inCi: true,
    edits: [
      room(
        'lyra/signatures.ts',
        "  requireSignature(base, signature, received.get('kr-hash') ?? '', 'kr-hash');\n",
      ),
    ],
  },
  {
    without: 'Lyra: the mode of a message',
    provider: 'systempay',
    edits: [
      room(
        'lyra/ipn.ts',
        'if (settings.ctx_mode !== undefined && mode !== settings.ctx_mode)',
        'if (mode === "")',
      ),
    ],
  },
  {
    without: 'SIPS 2: that Data is an answer, and which names a shop may set',
    provider: 'sips2',
    edits: [
      room('sips2/index.ts', '    refuseSips2Request(values);\n'),
      room('sips2/paypage.ts', "  'orderChannel',\n", "  'orderChannel',\n  'responseCode',\n"),
    ],
  },
  {
    without: 'ASSIST: that the state is not proven',
    provider: 'assist',
    edits: [
      room('assist/proof.ts', "undecided: ['outcome'],", 'undecided: [],'),
      room('assist/proof.ts', "undecided: ['outcome', 'amount'],", 'undecided: [],'),
    ],
  },
  {
    without: 'ASSIST: the mark of test',
    provider: 'assist',
    edits: [
      room('assist/index.ts', '    requireEnvironment(account, values);\n'),
      room('assist/proof.ts', "undecided: ['outcome', 'amount'],", 'undecided: [],'),
    ],
  },
  {
    without: 'SPPlus: in how many ways the code can be read',
    provider: 'spplus',
    edits: [
      room(
        'spplus/index.ts',
        "if (readings === 'one' || readings === 'cancelled') return update;",
        'if (readings) return update;',
      ),
    ],
  },
  {
    without: 'Ogone: that main parameters have no borders',
    provider: 'ogone',
    edits: [room('ogone/proof.ts', '  bordersCovered: false,', '  bordersCovered: true,')],
  },
  {
    without: 'Dummy: that nobody signs',
    provider: 'dummy',
    edits: [
      room(
        'dummy/index.ts',
        "undecided: ['outcome', 'order', 'amount'],",
        "undecided: [], keyOf: 'merchant' as const, bordersCovered: true,",
      ),
    ],
  },
  {
    without: 'Paybox: the mark of test',
    provider: 'paybox',
    edits: [room('paybox/index.ts', '    checkPayboxEnvironment(update, environment);\n')],
  },
  {
    without: 'Paybox: the mark of real money on an account for tests',
    provider: 'paybox',
    edits: [
      room(
        'paybox/proof.ts',
        "if (!isTest && environment !== 'production' &&",
        "if (environment === 'test' &&",
      ),
    ],
  },
  {
    without: 'PAYMILL: whose transaction an answer is about',
    provider: 'paymill',
    edits: [room('paymill/transactions.ts', 'if (transaction.description !== order)', 'if (order === "")')],
  },
  {
    without: 'the ledger: that an attempt went to the account whose secret fits',
    provider: 'systempay',
    edits: [
      edit(
        'src/ledger/provider-updates.ts',
        'return found?.account === account ? found : null;',
        'return found ?? null;',
      ),
    ],
  },
  {
    without: 'the gateway: that a return is about the payment that its address names',
    provider: 'ogone',
    edits: [edit('src/gateway/returns.ts', 'if (order?.id !== about.id)', 'if (!order)')],
  },
  {
    without: 'the gateway: that a return proves no more than its signature',
    provider: 'paybox',
    edits: [
      edit(
        'src/gateway/proof.ts',
        "if (counts === 'proof' && !unproven) return { kind",
        "if (counts !== 'person' && !unproven) return { kind",
      ),
    ],
  },
  {
    without: 'the gateway: that the operator trusts notifications, and not returns',
    provider: 'paybox',
    edits: [
      edit(
        'src/gateway/proof.ts',
        "if (channel === 'notification' && trustsUnproven(opened))",
        'if (trustsUnproven(opened))',
      ),
    ],
  },
  {
    without: 'the gateway: addresses on the way back',
    provider: 'sips2',
    edits: [
      edit(
        'src/gateway/proof.ts',
        '  if (!isFromAllowed)\n',
        '  if (!isFromAllowed && channel !== "return")\n',
      ),
    ],
  },
  {
    without: 'the gateway: the addresses of a platform whose key speaks for everybody',
    provider: 'paybox',
    edits: [
      edit(
        'src/gateway/proof.ts',
        "return countsAs(provider, settings, 'notification') === 'addresses'",
        'return false',
      ),
    ],
  },
  {
    without: 'the gateway: the mark of what is not proven, in the command',
    provider: 'tpay',
    inCi: true,
    edits: [
      edit(
        'src/gateway/update-command.ts',
        "proven: standing.kind === 'counts' && standing.proven,",
        "proven: standing.kind === 'counts',",
      ),
    ],
  },
  {
    without: 'the ledger: the mark of what is not proven, where it is shown',
    provider: 'dotpay',
    edits: [edit('src/ledger/record.ts', 'signed: said.proven ?? null,', 'signed: true,')],
  },
  {
    without: 'the ledger: that money which nothing proves is not called proven by what stands beside it',
    provider: 'spplus',
    edits: [edit('src/ledger/views.ts', 'attempts.some(isShownUnproven)', 'attempts.length < 0')],
  },
  {
    without: 'Lyra: that a message may leave open which value is the amount',
    provider: 'systempay',
    edits: [room('lyra/index.ts', 'return isOpen ? {', 'return isOpen && !update ? {')],
  },
  {
    without: 'Dotpay: an identity of the money that is signed',
    provider: 'dotpay',
    edits: [
      room(
        'dotpay/urlc.ts',
        "    movement: value('t_id'),",
        "    movement: value('t_id') + value('channel'),",
      ),
    ],
  },
  {
    without: 'Worldline: the signature over the body',
    provider: 'worldline',
    edits: [
      room('worldline/signatures.ts', 'if (!equalText(signed.signature, received))', "if (received === '')"),
    ],
  },
  {
    without: 'Paynow: the number of a payment that a browser brings is not asked about',
    provider: 'paynow',
    edits: [
      room(
        'paynow/index.ts',
        "  const order = new URLSearchParams(readable(query)).get('o');",
        '  const said = Object.fromEntries(new URLSearchParams(readable(query)));\n  const order = said.o;',
      ),
      room(
        'paynow/index.ts',
        "return { kind: 'hint', order, about: {} };",
        "return { kind: 'hint', order, about: said };",
      ),
    ],
  },
  {
    without: 'Paynow: the signature of a notification',
    provider: 'paynow',
    edits: [
      room('paynow/messages.ts', 'if (!equalText(signed.signature, received))', "if (received === '')"),
    ],
  },
  {
    without: 'Monetico: test money is none in production',
    provider: 'monetico',
    edits: [
      room(
        'monetico/notification.ts',
        "providerStatus === 'payetest' && isProduction",
        "providerStatus === ''",
      ),
      room(
        'monetico/notification.ts',
        '.test(providerStatus) && !isProduction',
        ".test(providerStatus) && providerStatus === ''",
      ),
    ],
  },
];
