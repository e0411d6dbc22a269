/** What an answer shows of a thing: the members that it names, whatever else there is. */
export function shownMembers<Thing, Name extends keyof Thing>(
  thing: Thing,
  names: readonly Name[],
): Pick<Thing, Name> {
  return Object.fromEntries(names.map((name) => [name, thing[name]])) as Pick<Thing, Name>;
}
