/** The pages where people sign in. */
export const signinEn = {
  title: 'Sign in',
  email: 'E-mail address',
  password: 'Password',
  submit: 'Sign in',
  through: (host: string) => `Sign in with ${host}`,
  or: 'Or with a password of this console:',
  left: 'You have signed out.',
  wrong: 'The e-mail address or the password is wrong.',
  wait: (seconds: number) =>
    seconds < 120
      ? `Too many wrong tries. Try again in ${seconds} seconds.`
      : `Too many wrong tries. Try again in ${Math.ceil(seconds / 60)} minutes.`,
  again: 'Sign in again',
  code: {
    title: 'One more step',
    label: 'Code',
    hint: 'The six digits that your app shows now, or one of your recovery codes.',
    submit: 'Check the code and sign in',
    wrong: 'The code is wrong, or was used before. Wait for the next one.',
    over: 'That took too long, or the password has changed. Begin anew.',
    left: (count: number) =>
      `You have used a recovery code. ${count === 1 ? 'One is' : `${count} are`} left: make new ones in your settings.`,
  },
  enrol: {
    title: 'Set up your second factor',
    why: 'A password alone is not enough here. An app on your telephone shows a new code every 30 seconds.',
    scan: 'Scan this with an authenticator app:',
    type: 'Or type this secret into it:',
    secret: 'Secret',
    label: 'Code that the app shows',
    submit: 'Turn on the second factor',
    wrong: 'This is not the code of this secret. Check the clock of your telephone and type the next code.',
    over: 'That took too long. Here is a new secret: scan it again.',
    image: 'QR code with the secret below',
  },
  codes: {
    title: 'Your recovery codes',
    text: 'Each of these opens the console once if you lose your telephone. They are shown now and never again: print them or write them down.',
    done: 'I have kept them: go on',
  },
  invitation: {
    title: 'Set your password',
    text: (email: string) => `For ${email}. A sentence of four or five words is a good password.`,
    password: 'New password',
    hint: (shortest: number) => `At least ${shortest} characters.`,
    repeat: 'The same again',
    submit: 'Set the password',
    over: 'This link has ended',
    overText: 'It was used, a newer password was set, or three days have passed. Ask an owner for a new one.',
    done: 'Your password is set. Sign in with it.',
  },
  fault: {
    too_short: 'The password is too short.',
    too_long: 'The password is too long.',
    too_plain: 'The password has too few different characters.',
    is_address: 'The password may not be your e-mail address.',
    differs: 'The two passwords are not the same.',
  },
  issuer: {
    title: 'Signing in did not work',
    unreachable: 'The sign-in service does not answer as it should. Try again in a minute.',
    declined: 'The sign-in service did not sign you in.',
    stale: 'This sign-in was begun in another browser, was used, or took too long. Begin anew.',
    not_believed: 'The answer of the sign-in service does not fit this console. Tell whoever runs it.',
    no_email: 'The sign-in service does not say your e-mail address.',
    unverified_email: 'The sign-in service has not verified your e-mail address.',
    nobody: (email: string) =>
      `Nobody here has the address ${email}, or this user is switched off. Ask an owner of this console.`,
  },
  access: {
    title: 'Not through Cloudflare Access',
    missing:
      'This address can be opened through Cloudflare Access only, and this request did not come from there.',
    not_believed:
      'The token of Cloudflare Access is not valid for this console, or is over. Open the page again.',
    no_email: 'The token of Cloudflare Access names no person.',
    keys_unreachable: 'The keys of Cloudflare Access cannot be read at the moment. Try again in a minute.',
  },
};
