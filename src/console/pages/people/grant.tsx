/** What a user or a token may do, and at which shops: the fields of both forms, and how both lists say it. */
import type { OperatorAnswer } from '../../api.ts';
import { ChoiceField, TextField } from '../../components/fields.tsx';
import type { ConsoleContext } from '../../context.ts';
import { FormProblem, type FormState, type Posted } from '../../form-state.ts';
import type { Language } from '../../texts/languages.ts';
import { meTexts } from '../../texts/me.ts';
import { peopleTexts } from '../../texts/people.ts';
import type { View } from '../../view.ts';

const GRANT_ROLES = ['view', 'refund', 'configure', 'owner'] as const;

/** Of a user or a token; null and null is everything. */
interface ShownGrant {
  readonly name: string;
  readonly role: (typeof GRANT_ROLES)[number];
  readonly shops: readonly string[] | null;
  readonly groups: readonly string[] | null;
}

interface Choices {
  readonly shops: readonly { readonly value: string; readonly text: string }[];
  readonly groups: readonly { readonly value: string; readonly text: string }[];
}

/** Shops and groups to choose from. @param grant whose own stay in the list, those that are gone too. */
export async function grantChoices(c: ConsoleContext, grant: ShownGrant | null): Promise<Choices> {
  const { data } = await c.get('api').get<OperatorAnswer<'shopList'>>('/shops');
  const names = new Map(data.map(({ id, name }) => [id, name === id ? id : `${name} (${id})`]));
  for (const id of grant?.shops ?? []) if (!names.has(id)) names.set(id, id);
  const groups = new Set([
    ...data.flatMap(({ group }) => (group === null ? [] : [group])),
    ...(grant?.groups ?? []),
  ]);
  return {
    shops: [...names].map(([value, text]) => ({ value, text })),
    groups: [...groups].sort().map((value) => ({ value, text: value })),
  };
}

/** How a form shows a grant. */
export function grantValues({ name, role, shops, groups }: ShownGrant) {
  const everything = shops === null && groups === null;
  return { name, role, reach: everything ? 'all' : 'some', shops: shops ?? [], groups: groups ?? [] };
}

/** What a form gives, as the API takes it. @throws FormProblem for a limit that names nothing: it must not become everything. */
export function postedGrant(language: Language, posted: Posted) {
  const t = peopleTexts[language];
  const reach = posted.text('reach');
  const [shops, groups] = [posted.all('shops'), posted.all('groups')];
  const problems = [
    ...(posted.text('name') ? [] : [{ path: 'name', message: t.nameMissing }]),
    ...(posted.text('role') ? [] : [{ path: 'role', message: t.roleMissing }]),
    ...(reach === 'all' || reach === 'some' ? [] : [{ path: 'reach', message: t.reachMissing }]),
    ...(reach === 'some' && shops.length + groups.length === 0
      ? [{ path: 'shops', message: t.reachNothing }]
      : []),
  ];
  if (problems.length > 0) throw new FormProblem(problems);
  const everything = reach === 'all';
  return {
    name: posted.text('name'),
    role: posted.text('role'),
    shops: everything ? null : shops,
    groups: everything ? null : groups,
  };
}

/** The shops of a grant in a line. */
export function reachText(
  language: Language,
  { shops, groups }: Pick<ShownGrant, 'shops' | 'groups'>,
): string {
  const t = peopleTexts[language];
  if (shops === null && groups === null) return t.everything;
  return [...(shops ?? []), ...(groups ?? []).map((group) => t.groupOf(group))].join(', ');
}

/** Name, role, and the shops of it. Who sees some shops only gives no more. */
export function GrantFields({
  view,
  state,
  choices,
}: {
  readonly view: View;
  readonly state: FormState;
  readonly choices: Choices;
}) {
  const t = peopleTexts[view.language];
  const { roles } = meTexts[view.language];
  const isLimited = view.user !== null && !view.user.scope.all;
  return (
    <>
      <TextField view={view} state={state} name="name" label={t.name} required maxlength={100} />
      <ChoiceField
        view={view}
        state={state}
        name="role"
        label={t.role}
        choices={GRANT_ROLES.map((value) => ({ value, text: roles[value] }))}
      />
      <ChoiceField
        view={view}
        state={state}
        name="reach"
        label={t.reach}
        choices={[
          ...(isLimited ? [] : [{ value: 'all', text: t.everything }]),
          { value: 'some', text: t.some },
        ]}
      />
      {choices.shops.length > 0 && (
        <ChoiceField
          view={view}
          state={state}
          name="shops"
          label={t.shops}
          hint={t.someHint}
          choices={choices.shops}
          many
        />
      )}
      {choices.groups.length > 0 && (
        <ChoiceField
          view={view}
          state={state}
          name="groups"
          label={t.groups}
          hint={t.groupsHint}
          choices={choices.groups}
          many
        />
      )}
    </>
  );
}
