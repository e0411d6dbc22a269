/** The addresses that an account takes notifications from: exact ones, or IPv4 networks (`194.2.122.0/24`). */

function v4(address: string): number | null {
  const parts = address.split('.').map(Number);
  if (parts.length !== 4 || parts.some((part) => !Number.isInteger(part) || part < 0 || part > 255))
    return null;
  return parts.reduce((number, part) => number * 256 + part, 0);
}

function matches(rule: string, ip: string): boolean {
  const [network = '', bits] = rule.split('/');
  if (bits === undefined) return rule.toLowerCase() === ip.toLowerCase();
  const [a, b] = [v4(network), v4(ip)];
  if (a === null || b === null) return false;
  const size = 2 ** (32 - Number(bits));
  return Math.floor(a / size) === Math.floor(b / size);
}

/** Whether an entry of the list can be read. */
export function isAddressRule(rule: string): boolean {
  const [network = '', bits] = rule.split('/');
  if (bits !== undefined) return v4(network) !== null && /^(?:[12]?\d|3[0-2])$/.test(bits);
  return v4(network) !== null || /^[0-9a-f:]{2,45}$/i.test(network);
}

/** An empty list allows all: the signature decides. A list allows only what it names. */
export function isAllowed(rules: readonly string[], ip: string | undefined): boolean {
  return rules.length === 0 || (ip !== undefined && rules.some((rule) => matches(rule, ip)));
}
