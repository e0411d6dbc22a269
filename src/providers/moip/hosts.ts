/** Moip's addresses: the sandbox is a folder at another host. */
export const MOIP_PRODUCTION = 'https://www.moip.com.br';
export const MOIP_SANDBOX = 'https://desenvolvedor.moip.com.br/sandbox';

/** Where the shopper goes with an instruction's token. */
export function instructionPage(host: string, token: string): string {
  return `${host}/Instrucao.do?token=${encodeURIComponent(token)}`;
}
